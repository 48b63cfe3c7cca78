import type { DeviceState } from '@haven/protocol';
import type { Stream } from '../sfu/stream.ts';
import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';

/** What devices say of themselves, as metrics over all of them. */
export class DeviceMetrics {
  readonly #frameRate: Histogram;
  readonly #roundTrip: Histogram;
  readonly #loss: Histogram;
  readonly #states = new WeakMap<Stream, DeviceState>();

  constructor(telemetry: Telemetry) {
    this.#frameRate = telemetry.histogram(
      'haven_device_frames_per_second',
      'Frames that devices encode a second',
      '1',
      [1, 5, 10, 15, 20, 25, 30, 60],
    );
    this.#roundTrip = telemetry.histogram(
      'haven_device_round_trip_seconds',
      'Between a device and the SFU',
      's',
      [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    );
    this.#loss = telemetry.histogram(
      'haven_device_loss_fraction',
      'Packets lost between a device and the SFU',
      '1',
      [0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5],
    );
  }

  /** What the stream's device said last. */
  of(stream: Stream): DeviceState | undefined {
    return this.#states.get(stream);
  }

  record(stream: Stream, state: DeviceState): void {
    this.#states.set(stream, state);
    const { framesPerSecond, roundTripMs, lossFraction } = state;
    this.#frameRate.record(framesPerSecond);
    if (roundTripMs !== null) this.#roundTrip.record(roundTripMs / 1000);
    if (lossFraction !== null) this.#loss.record(lossFraction);
  }
}
