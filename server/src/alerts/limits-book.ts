import { randomUUID } from 'node:crypto';
import {
  DEFAULT_ALERT_LIMITS,
  HavenError,
  type AlertLimits,
  type LimitsInForce,
  type PatientLimits,
  type RoomLimits,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { LimitsStore, LimitsSubject, LimitsVersion } from './limits-store.ts';

/** A change made at another server holds here after this long, ms; one made here holds at once. */
const REFRESH_MS = 2_000;

const HAVENS_OWN: LimitsInForce = {
  limits: { ...DEFAULT_ALERT_LIMITS },
  origin: 'haven',
  version: 0,
  changed: null,
};

export type LimitsChange = {
  /** Null takes them away. */
  limits: AlertLimits | null;
  reason: string;
  /** The version in force that the change was made from; 0 for none of the subject's own. */
  version: number;
};

/** Which limits hold for whom. */
export interface Limits {
  /** What the rules judge by. */
  of(patientId: string, roomId: string): AlertLimits;
  ofPatient(patientId: string, roomId: string): PatientLimits;
  ofRoom(roomId: string): RoomLimits;
  /** @throws HavenError CHANGED_MEANWHILE, STORAGE_UNAVAILABLE: nothing was changed */
  change(subject: LimitsSubject, change: LimitsChange, by: UserPrincipal): Promise<void>;
}

type Options = {
  store: Pick<LimitsStore, 'newest' | 'add'>;
  telemetry: Telemetry;
  clock: () => number;
};

/** Limits in memory, so that no alert waits for the store; while that is away, the last known ones hold. */
export class LimitsBook implements Limits {
  readonly #options: Options;
  readonly #newest = new Map<string, LimitsVersion>();
  readonly #timer: NodeJS.Timeout;
  #refreshing: Promise<void> | undefined;
  #failing = false;

  private constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  /** @throws HavenError STORAGE_UNAVAILABLE: nobody is watched by limits that may be wrong */
  static async start(options: Options): Promise<LimitsBook> {
    const newest = await options.store.newest();
    const book = new LimitsBook(options);
    book.#learn(newest);
    return book;
  }

  of(patientId: string, roomId: string): AlertLimits {
    return this.#inForce(patientId, roomId).limits;
  }

  ofPatient(patientId: string, roomId: string): PatientLimits {
    return { patientId, inForce: this.#inForce(patientId, roomId), room: this.ofRoom(roomId).inForce };
  }

  ofRoom(roomId: string): RoomLimits {
    return { roomId, inForce: this.#own({ scope: 'room', id: roomId }) ?? HAVENS_OWN };
  }

  async change(subject: LimitsSubject, change: LimitsChange, by: UserPrincipal): Promise<void> {
    const { store, clock } = this.#options;
    const { limits, reason, version: expected } = change;
    const { userId, displayName: userName } = by;
    const changed = { subject, limits, userId, userName, at: clock(), reason };
    const version = await store.add(randomUUID(), changed, expected);
    if (version === null) {
      await this.refresh();
      throw new HavenError('CHANGED_MEANWHILE');
    }
    this.#learn([{ ...changed, version }]);
  }

  /** Reads what other servers changed. Failures are logged, and the last known limits hold. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    try {
      this.#learn(await this.#options.store.newest());
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        const message = 'alert limits could not be read; the last known ones hold';
        this.#options.telemetry.logger.warn({ err: error }, message);
      }
      this.#failing = true;
    }
  }

  /** An answer that was under way while something changed here must not set it back. */
  #learn(versions: readonly LimitsVersion[]): void {
    for (const version of versions) {
      const key = keyOf(version.subject);
      if ((this.#newest.get(key)?.version ?? 0) < version.version) this.#newest.set(key, version);
    }
  }

  #inForce(patientId: string, roomId: string): LimitsInForce {
    return this.#own({ scope: 'patient', id: patientId }) ?? this.ofRoom(roomId).inForce;
  }

  #own(subject: LimitsSubject): LimitsInForce | undefined {
    const newest = this.#newest.get(keyOf(subject));
    if (newest === undefined || newest.limits === null) return undefined;
    const { limits, version, userId, userName, at, reason } = newest;
    return { limits, origin: subject.scope, version, changed: { userId, userName, at, reason } };
  }
}

function keyOf({ scope, id }: LimitsSubject): string {
  return `${scope} ${id}`;
}
