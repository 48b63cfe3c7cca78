import { EventEmitter } from 'node:events';
import { HavenError, type Privacy, type PrivacyReason } from '@haven/protocol';
import { changedAt, isPause, overrules, type PauseRecord } from './pause-record.ts';
import { LONGEST_PAUSE_MS, type PrivacyFile } from './privacy-file.ts';

type PrivaciesEvents = {
  /** A pause began, was replaced, or (null) is over, here or at another node. */
  changed: [{ patientId: string; privacy: Privacy | null }];
  /** The same, by what happened at this node: other nodes are to learn of it. */
  recorded: [{ patientId: string; record: PauseRecord }];
  /** A pause that was asked for at this node ended by its time. */
  expired: [{ patientId: string }];
};

type Parts = { file: PrivacyFile; clock: () => number };

/**
 * Which patients' pictures are paused, by patient: a pause outlives the stream in which it began, its media worker and
 * the server. All nodes of a cluster know all of them, for a device may go to any; the last word counts.
 */
export class Privacies extends EventEmitter<PrivaciesEvents> {
  readonly #parts: Parts;
  /** By patient. An end is remembered for as long as a device or a node that had not heard of it may speak of its pause. */
  readonly #records: Map<string, PauseRecord>;
  /** Patients whose pause was asked for at this node: it says when they end. */
  readonly #own = new Set<string>();

  constructor(parts: Parts) {
    super();
    this.#parts = parts;
    this.#records = new Map(
      parts.file.read().map(([patientId, record]) => [patientId, this.#asOfNow(record)]),
    );
    for (const [patientId, record] of this.#records) if (isPause(record)) this.#own.add(patientId);
  }

  get running(): number {
    return [...this.#records.values()].filter((record) => isPause(this.#asOfNow(record))).length;
  }

  of(patientId: string): Privacy | null {
    const record = this.#records.get(patientId);
    return record !== undefined && isPause(record) && record.until > this.#parts.clock() ? record : null;
  }

  /** What is known of each patient whose pictures were paused lately. */
  all(): { patientId: string; record: PauseRecord }[] {
    return [...this.#records].map(([patientId, record]) => ({ patientId, record }));
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
    const since = this.#nextTimeOf(patientId);
    const until = since + minutes * 60_000;
    const before = this.of(patientId);
    const ofBedside = by === 'clinician' && before?.by === 'bedside';
    if (ofBedside && until < before.until && !confirmed) throw new HavenError('CONFIRMATION_REQUIRED');
    const privacy: Privacy = { reason, by: ofBedside ? 'bedside' : by, since, until };
    this.#record(patientId, privacy);
    return privacy;
  }

  /**
   * A device says that a pause runs which began while it could not reach the server, or before the server began anew.
   * One that is known stands; one that was ended meanwhile, or is over, is not taken up. No clock of a device makes it
   * longer than a pause may be.
   */
  bring(patientId: string, { reason, by, since, until }: Privacy): void {
    const now = this.#parts.clock();
    const known = this.#records.get(patientId);
    if (this.of(patientId) !== null || until <= now) return;
    if (known !== undefined && since <= changedAt(known)) return;
    this.#record(patientId, {
      ...{ reason, by },
      since: Math.min(since, now),
      until: Math.min(until, now + LONGEST_PAUSE_MS),
    });
  }

  /** Ends a pause before its time. @returns whether one ran */
  resume(patientId: string): boolean {
    if (this.of(patientId) === null) return false;
    this.#record(patientId, { endedAt: this.#nextTimeOf(patientId) });
    return true;
  }

  /** What another node knows. */
  learn(patientId: string, record: PauseRecord): void {
    const known = this.#records.get(patientId);
    if (known !== undefined && !overrules(record, known)) return;
    this.#own.delete(patientId);
    this.#set(patientId, this.#asOfNow(record));
  }

  /** Ends what is over; called about once a second. */
  examine(): void {
    const now = this.#parts.clock();
    for (const [patientId, record] of this.#records) {
      const current = this.#asOfNow(record);
      if (current !== record) {
        this.#set(patientId, current);
        if (this.#own.delete(patientId)) this.emit('expired', { patientId });
      } else if (now - changedAt(record) > LONGEST_PAUSE_MS) {
        this.#records.delete(patientId);
      }
    }
  }

  #record(patientId: string, record: PauseRecord): void {
    if (isPause(record)) this.#own.add(patientId);
    else this.#own.delete(patientId);
    this.#set(patientId, record);
    this.emit('recorded', { patientId, record });
  }

  #set(patientId: string, record: PauseRecord): void {
    this.#records.set(patientId, record);
    this.#parts.file.write([...this.#records]);
    this.emit('changed', { patientId, privacy: isPause(record) ? record : null });
  }

  /** Later than what is known of the patient, also where another node's clock is ahead, ms since the epoch. */
  #nextTimeOf(patientId: string): number {
    const known = this.#records.get(patientId);
    const now = this.#parts.clock();
    return known === undefined ? now : Math.max(now, changedAt(known) + 1);
  }

  /** A pause that is over ended at its time, which all nodes know. */
  #asOfNow(record: PauseRecord): PauseRecord {
    return isPause(record) && record.until <= this.#parts.clock() ? { endedAt: record.until } : record;
  }
}
