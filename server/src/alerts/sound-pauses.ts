import type { Alert, SoundPause } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { SYSTEM } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { AlertService } from './alert-service.ts';

type Listener = (roomId: string, pause: SoundPause | null) => void;
type Options = {
  alerts: Pick<AlertService, 'onAlert'>;
  audit: Pick<AuditTrail, 'done'>;
  clock: () => number;
};
type Running = { pause: SoundPause; timer: NodeJS.Timeout };

/**
 * Pauses of whole rooms' sound, at every station. They live in memory only: a restart makes the alarms sound again,
 * which is the safe side. A new high alert breaks through a pause, after IEC 60601-1-8 (2020), 6.8.
 */
export class SoundPauses {
  readonly #clock: () => number;
  readonly #audit: Pick<AuditTrail, 'done'>;
  readonly #running = new Map<string, Running>();
  readonly #listeners = new Set<Listener>();
  readonly #stopListening: () => void;

  constructor({ alerts, audit, clock }: Options) {
    this.#clock = clock;
    this.#audit = audit;
    this.#stopListening = alerts.onAlert((alert) => this.#hear(alert));
  }

  /** A later pause of the same room replaces an earlier one. */
  pause(roomId: string, by: UserPrincipal, seconds: number, reason: string | null): SoundPause {
    clearTimeout(this.#running.get(roomId)?.timer);
    const at = this.#clock();
    const pause = { userId: by.userId, userName: by.displayName, at, reason, until: at + seconds * 1000 };
    // By a timer rather than by the time of day, which may be set back.
    const timer = setTimeout(() => this.#end(roomId, 'its time is over'), seconds * 1000).unref();
    this.#running.set(roomId, { pause, timer });
    this.#tell(roomId, pause);
    return pause;
  }

  /** Another node tells of the room's pause, or (null) of its end; its viewers have been told. */
  learn(roomId: string, pause: SoundPause | null): void {
    clearTimeout(this.#running.get(roomId)?.timer);
    this.#running.delete(roomId);
    if (pause === null) return;
    const timer = setTimeout(
      () => this.#running.delete(roomId),
      Math.max(0, pause.until - this.#clock()),
    ).unref();
    this.#running.set(roomId, { pause, timer });
  }

  /** @returns whether there was a pause to end */
  resume(roomId: string): boolean {
    const running = this.#running.get(roomId);
    if (running === undefined) return false;
    clearTimeout(running.timer);
    this.#running.delete(roomId);
    this.#tell(roomId, null);
    return true;
  }

  of(roomId: string): SoundPause | null {
    return this.#running.get(roomId)?.pause ?? null;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopListening();
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
    this.#listeners.clear();
  }

  #hear({ priority, roomId, change, active }: Alert): void {
    const isNew = change.kind === 'raised' || change.kind === 'returned' || change.kind === 'moved';
    if (priority === 'high' && active && isNew) this.#end(roomId, 'a new high alert');
  }

  #end(roomId: string, reason: string): void {
    if (this.resume(roomId)) this.#audit.done(SYSTEM, 'alarm:resume', `room:${roomId}`, reason);
  }

  #tell(roomId: string, pause: SoundPause | null): void {
    for (const listener of this.#listeners) listener(roomId, pause);
  }
}
