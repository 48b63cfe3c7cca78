import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Stream } from './stream.ts';

/** One stream is looked at so often, ms: of fifty each every two minutes. */
const INTERVAL_MS = 2_500;
/** A stream is looked at for so long, ms. */
const MEASURE_MS = 1_500;
/** Cameras are not exact. */
const TOLERANCE = 1.1;

/**
 * Measures in turn how many pictures a second the streams really send, whatever their encoders were told. One beyond
 * the limit is reported and goes on: its bitrate is bounded, the analysis drops the excess, and a patient is better
 * watched too often than not at all.
 */
export class FrameRateCheck {
  readonly #streams: () => readonly Stream[];
  readonly #limit: number;
  readonly #telemetry: Telemetry;
  readonly #over = new Set<Stream>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  /** @param limit pictures a second */
  constructor(streams: () => readonly Stream[], limit: number, telemetry: Telemetry) {
    this.#streams = streams;
    this.#limit = limit;
    this.#telemetry = telemetry;
    telemetry.gauge(
      'haven_sfu_streams_over_frame_rate',
      'Streams that send more pictures a second than they may',
      () => this.#over.size,
    );
    this.#timer = setInterval(() => void this.#next(), INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #next(): Promise<void> {
    for (const stream of this.#over) if (stream.ended) this.#over.delete(stream);
    const streams = this.#streams();
    this.#turn += 1;
    const stream = streams[this.#turn % Math.max(1, streams.length)];
    if (stream === undefined) return;
    try {
      this.#judge(stream, await stream.measureFrameRate(MEASURE_MS));
    } catch (error) {
      if (!stream.ended) this.#telemetry.logger.warn({ err: error }, 'a frame rate could not be measured');
    }
  }

  #judge(stream: Stream, framesPerSecond: number | null): void {
    if (stream.ended || framesPerSecond === null || framesPerSecond <= TOLERANCE * this.#limit) {
      this.#over.delete(stream);
      return;
    }
    const { streamId } = stream;
    if (this.#over.has(stream)) return;
    this.#over.add(stream);
    const { logger } = this.#telemetry;
    logger.warn(
      { streamId, framesPerSecond, limit: this.#limit },
      'a stream sends too many pictures a second',
    );
  }
}
