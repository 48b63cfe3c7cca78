import { RESUME_WITHIN_MS } from '@haven/protocol';
import { Reception } from './reception.ts';

/** How long a stream outlives its device's connection, ms: media run on while the device signs in again. */
export const DEVICE_RETURN_MS = RESUME_WITHIN_MS;
/** Without RTP for this long, ms, a stream is ended: a device that is there publishes anew. */
export const SILENT_MS = 60_000;
/** A stream that was claimed and sends nothing within this time, ms, is given up. */
export const PRODUCE_WITHIN_MS = 30_000;

/** What became of a device: it is given up, or its signal is lost since, or came at, `at`. */
export type Presence = 'gone' | { lost: boolean; at: number };

/** Whether a stream's device is there, judged by its connection and by its packets. Times in ms since the epoch. */
export class DevicePresence {
  readonly #startedAt: number;
  #reception: Reception;
  #connectionLostAt: number | null = null;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
    this.#reception = new Reception(startedAt);
  }

  /** When packets were last seen; null before the first. */
  get lastPacketAt(): number | null {
    return this.#reception.lastPacketAt;
  }

  /** The video begins, of a new counter of packets. */
  began(now: number): void {
    this.#reception = new Reception(now);
  }

  /** The video goes on after a pause: a camera takes a moment to open. */
  goesOn(now: number): void {
    this.#reception = this.#reception.anew(now);
  }

  connectionLost(now: number): void {
    this.#connectionLostAt ??= now;
  }

  connectionReturned(): void {
    this.#connectionLostAt = null;
  }

  /** @param packets total over all layers */
  count(packets: number, now: number): void {
    this.#reception.count(packets, now);
  }

  /** Since when packets are missing; null while they come or the silence is short. */
  silentSince(now: number): number | null {
    return this.#reception.silentSince(now);
  }

  /**
   * @param video whether it began, and whether no packets are to come
   * @returns undefined before anything can be said
   */
  judge(now: number, video: { live: boolean; paused: boolean }): Presence | undefined {
    if (this.#connectionLostAt !== null && now - this.#connectionLostAt >= DEVICE_RETURN_MS) return 'gone';
    if (!video.live) return now - this.#startedAt >= PRODUCE_WITHIN_MS ? 'gone' : undefined;
    if (video.paused) return { lost: false, at: now };
    const since = this.silentSince(now);
    if (since !== null) return now - since >= SILENT_MS ? 'gone' : { lost: true, at: since };
    return this.lastPacketAt === null ? undefined : { lost: false, at: this.lastPacketAt };
  }
}
