import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import type { MediaObservation } from './media-observation.ts';
import type { Stream } from './stream.ts';
import { SustainedBitrate } from './sustained-bitrate.ts';

/**
 * A stream ends beyond so many times its limit. The limit is of video, and all that arrives is counted: headers and
 * encryption, what is sent again over a lossy link, padding by which a sender probes its path.
 */
const TOLERANCE = 1.5;

/**
 * Ends streams whose devices go on sending far more than they may. That mediasoup tells a device a limit binds nobody
 * who does not listen, and what one sends too much is taken from all others on its media worker.
 */
export class BitrateCheck {
  readonly #observation: Pick<MediaObservation, 'readingOf'>;
  readonly #limit: number;
  readonly #telemetry: Telemetry;
  readonly #ended: Counter;
  readonly #bitrates = new WeakMap<Stream, SustainedBitrate>();

  /** @param limit bit/s */
  constructor(observation: Pick<MediaObservation, 'readingOf'>, limit: number, telemetry: Telemetry) {
    this.#observation = observation;
    this.#limit = limit;
    this.#telemetry = telemetry;
    this.#ended = telemetry.counter(
      'haven_sfu_streams_over_bitrate_total',
      'Streams that were ended since their devices sent far more than they may',
    );
    // A rise from nothing at all would not be seen as one.
    this.#ended.add(0);
  }

  /** To be called about twice a second. */
  examine(streams: readonly Stream[]): void {
    for (const stream of streams) {
      const bitrate = this.#bitrateOf(stream);
      if (bitrate !== undefined && bitrate > TOLERANCE * this.#limit) this.#end(stream, bitrate);
    }
  }

  #bitrateOf(stream: Stream): number | undefined {
    const reading = this.#observation.readingOf(stream.transportOptions.id);
    if (reading === undefined) return undefined;
    const known = this.#bitrates.get(stream) ?? new SustainedBitrate();
    this.#bitrates.set(stream, known);
    return known.read(reading);
  }

  #end(stream: Stream, bitrate: number): void {
    const { streamId, identity } = stream;
    this.#ended.add();
    this.#telemetry.logger.warn(
      { streamId, deviceId: identity.deviceId, bitrate: Math.round(bitrate), limit: this.#limit },
      'a stream is ended: its device sends far more than it may',
    );
    stream.end('bitrate-exceeded');
  }
}
