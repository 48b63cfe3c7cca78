import { WAVEFORM_RATE_HZ, type WaveformMessage } from '@haven/protocol';

const SAMPLE_MS = 1000 / WAVEFORM_RATE_HZ;
/** Samples kept: more than the widest trace shows at 25 mm/s (a metre of screen). */
const CAPACITY = WAVEFORM_RATE_HZ * 45;
/** Pieces by which the delay of the drawing is chosen. */
const RECENT_PIECES = 12;
/** Beyond this the delay is no jitter but an outage: the trace falls blank rather than behind, ms. */
const LONGEST_DELAY_MS = 4000;

/** One point of the trace; `at` by the clock of whoever sent it, ms. */
export type TracePoint = { at: number; value: number | null };

/**
 * The pulse waveform of one patient, kept to be drawn a little late: by just the delay with which its pieces arrive,
 * so that the pen never waits for samples. Where none came, the trace is blank.
 */
export class WaveformTrace {
  #streamId: string | undefined;
  #points: TracePoint[] = [];
  #delays: number[] = [];

  /** @param now local time of arrival, ms */
  add(message: WaveformMessage, now: number): void {
    if (message.streamId !== this.#streamId) this.#begin(message.streamId);
    const lastAt = this.#points.at(-1)?.at ?? -Infinity;
    message.samples.forEach((value, index) => {
      const at = message.startAt + index * SAMPLE_MS;
      // Half a sample of tolerance: pieces continue each other by rounded times.
      if (at > lastAt + SAMPLE_MS / 2) this.#points.push({ at, value });
    });
    if (this.#points.length > CAPACITY) this.#points = this.#points.slice(-CAPACITY);
    this.#delays.push(now - message.startAt);
    if (this.#delays.length > RECENT_PIECES) this.#delays.shift();
  }

  clear(): void {
    this.#begin(undefined);
  }

  /**
   * Where the pen is, by the clock of the samples, ms; null while there is nothing to draw.
   * @param now local time, ms
   */
  penAt(now: number): number | null {
    if (this.#delays.length === 0) return null;
    const least = Math.min(...this.#delays);
    return now - Math.min(Math.max(...this.#delays), least + LONGEST_DELAY_MS);
  }

  /** The points after `from` and up to `to`, oldest first, times as those of the samples. */
  between(from: number, to: number): readonly TracePoint[] {
    return this.#points.filter(({ at }) => at > from && at <= to);
  }

  #begin(streamId: string | undefined): void {
    this.#streamId = streamId;
    this.#points = [];
    this.#delays = [];
  }
}
