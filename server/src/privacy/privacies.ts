import { EventEmitter } from 'node:events';
import { HavenError, type Privacy, type PrivacyReason } from '@haven/protocol';
import { LONGEST_PAUSE_MS, type PrivacyFile } from './privacy-file.ts';

type PrivaciesEvents = {
  /** A pause began, was replaced, or (null) is over. */
  changed: [{ patientId: string; privacy: Privacy | null }];
  /** A pause ended by its time. */
  expired: [{ patientId: string }];
};

type Parts = { file: PrivacyFile; clock: () => number };

/**
 * Which patients' pictures are paused, by patient: a pause outlives the stream in which it began, its media worker and
 * the server.
 */
export class Privacies extends EventEmitter<PrivaciesEvents> {
  readonly #parts: Parts;
  readonly #running: Map<string, Privacy>;
  /** When the last pause of a patient was ended: a device that had not heard of it does not bring the pause back. */
  readonly #endedAt = new Map<string, number>();

  constructor(parts: Parts) {
    super();
    this.#parts = parts;
    const now = parts.clock();
    this.#running = new Map(parts.file.read().filter(([, { until }]) => until > now));
  }

  get running(): number {
    return this.#running.size;
  }

  of(patientId: string): Privacy | null {
    const privacy = this.#running.get(patientId);
    return privacy !== undefined && privacy.until > this.#parts.clock() ? privacy : null;
  }

  /**
   * Begins a pause, or replaces the one that runs. One that the bedside asked for remains the bedside's, whoever makes
   * it longer.
   * @throws HavenError CONFIRMATION_REQUIRED: a clinician makes a pause shorter that the bedside asked for
   */
  pause(
    patientId: string,
    by: Privacy['by'],
    reason: PrivacyReason,
    minutes: number,
    confirmed = false,
  ): Privacy {
    const since = this.#parts.clock();
    const until = since + minutes * 60_000;
    const before = this.of(patientId);
    const ofBedside = by === 'clinician' && before?.by === 'bedside';
    if (ofBedside && until < before.until && !confirmed) throw new HavenError('CONFIRMATION_REQUIRED');
    const privacy: Privacy = { reason, by: ofBedside ? 'bedside' : by, since, until };
    this.#set(patientId, privacy);
    return privacy;
  }

  /**
   * A device says that a pause runs which began while it could not reach the server, or before the server began anew.
   * One that is known stands; one that was ended meanwhile, or is over, is not taken up. No clock of a device makes it
   * longer than a pause may be.
   */
  bring(patientId: string, { reason, by, since, until }: Privacy): void {
    const now = this.#parts.clock();
    if (this.of(patientId) !== null || until <= now) return;
    if (since <= (this.#endedAt.get(patientId) ?? -Infinity)) return;
    this.#set(patientId, {
      ...{ reason, by },
      since: Math.min(since, now),
      until: Math.min(until, now + LONGEST_PAUSE_MS),
    });
  }

  /** Ends a pause before its time. @returns whether one ran */
  resume(patientId: string): boolean {
    if (!this.#running.has(patientId)) return false;
    this.#end(patientId);
    return true;
  }

  /** Ends what is over; called about once a second. */
  examine(): void {
    const now = this.#parts.clock();
    for (const [patientId, { until }] of this.#running) {
      if (until > now) continue;
      this.#end(patientId);
      this.emit('expired', { patientId });
    }
    for (const [patientId, endedAt] of this.#endedAt) {
      if (now - endedAt > LONGEST_PAUSE_MS) this.#endedAt.delete(patientId);
    }
  }

  #set(patientId: string, privacy: Privacy): void {
    this.#running.set(patientId, privacy);
    this.#changed(patientId, privacy);
  }

  #end(patientId: string): void {
    this.#running.delete(patientId);
    this.#endedAt.set(patientId, this.#parts.clock());
    this.#changed(patientId, null);
  }

  #changed(patientId: string, privacy: Privacy | null): void {
    this.#parts.file.write([...this.#running]);
    this.emit('changed', { patientId, privacy });
  }
}
