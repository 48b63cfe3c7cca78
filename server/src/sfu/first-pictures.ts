import type { types } from 'mediasoup';
import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';

const SECONDS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 5];

/**
 * How long it takes from a consumer's first resumption to the first key frame that is sent: the SFU's share of what a
 * clinician waits for a picture. Part of the trace of the request that resumed it.
 */
export class FirstPictures {
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #durations: Histogram;

  constructor(telemetry: Telemetry, clock: () => number) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#durations = telemetry.histogram(
      'haven_sfu_first_picture_seconds',
      "From a consumer's first resumption to the first key frame sent",
      's',
      SECONDS,
    );
  }

  follow(consumer: types.Consumer): void {
    if (consumer.kind !== 'video') return;
    consumer.observer.once('resume', () => {
      void this.#await(consumer).catch((error: unknown) => {
        if (consumer.closed) return;
        this.#telemetry.logger.warn({ err: error }, 'the first picture of a consumer could not be timed');
      });
    });
  }

  /** The key frame that the resumption asks for comes after the answer to `enableTraceEvent`. */
  async #await(consumer: types.Consumer): Promise<void> {
    const startedAt = this.#clock();
    const parent = this.#telemetry.traceparent();
    const sent = (): void => {
      const endedAt = this.#clock();
      this.#durations.record((endedAt - startedAt) / 1000);
      this.#telemetry.past({ name: 'sfu first picture', startedAt, endedAt, parent });
      consumer.enableTraceEvent([]).catch(() => undefined);
    };
    consumer.once('trace', sent);
    await consumer.enableTraceEvent(['keyframe']);
  }
}
