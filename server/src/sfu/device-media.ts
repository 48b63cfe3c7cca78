import type { types } from 'mediasoup';
import {
  HavenError,
  type DtlsParameters,
  type IceParameters,
  type RtpParameters,
  type TransportOptions,
} from '@haven/protocol';
import { measureFrameRate } from './frame-rate.ts';
import { assertSupportedCodecs, assertToldApart } from './media-codecs.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';

/**
 * Key frame requests within this time, ms, are answered by one key frame: short enough for a first picture within
 * 700 ms, long enough that 200 viewers who join at once do not turn a stream into key frames.
 */
const KEY_FRAME_REQUEST_DELAY_MS = 300;

/** A device's end in the SFU: its transport and the one video on it. What is closed is as a stream that has ended. */
export class DeviceMedia {
  readonly #transport: types.WebRtcTransport;
  #producing = false;
  #producer: types.Producer | undefined;
  #paused = false;

  constructor(transport: types.WebRtcTransport) {
    this.#transport = transport;
  }

  get transportOptions(): TransportOptions {
    return transportOptionsOf(this.#transport);
  }

  get producer(): types.Producer | undefined {
    return this.#producer;
  }

  /** Lowest first; empty before the video began. */
  get encodings(): types.RtpEncodingParameters[] {
    return this.#producer?.rtpParameters.encodings ?? [];
  }

  /** Of the video; empty before it began. */
  get mimeType(): string {
    return this.#producer?.rtpParameters.codecs[0]?.mimeType ?? '';
  }

  /** @throws HavenError STREAM_UNKNOWN (closed), ALREADY_DONE, INVALID_REQUEST */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    this.#assertOpen();
    await connectOnce(this.#transport, dtlsParameters);
    this.#assertOpen();
  }

  /** @throws HavenError STREAM_UNKNOWN (closed) */
  async restartIce(): Promise<IceParameters> {
    this.#assertOpen();
    const iceParameters = await this.#transport.restartIce();
    this.#assertOpen();
    return iceParameters;
  }

  /** @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, STREAM_UNKNOWN (closed) */
  async produce(rtpParameters: RtpParameters): Promise<types.Producer> {
    this.#assertOpen();
    assertSupportedCodecs(rtpParameters);
    assertToldApart(rtpParameters);
    if (this.#producing) throw new HavenError('ALREADY_DONE', 'This stream has its video already.');
    this.#producing = true;
    try {
      const producer = await this.#transport.produce({
        kind: 'video',
        rtpParameters,
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
        paused: this.#paused,
      });
      this.#assertOpen();
      this.#producer = producer;
      // A pause may have begun or ended meanwhile.
      this.pause(this.#paused);
      return producer;
    } catch (error) {
      this.#producing = false;
      throw asMediaError(error);
    }
  }

  /** Whether what the device sends goes no further than here. */
  pause(paused: boolean): void {
    this.#paused = paused;
    const applied = paused ? this.#producer?.pause() : this.#producer?.resume();
    // mediasoup keeps requests in order: the last one stands. They fail only where the producer is gone.
    applied?.catch(() => undefined);
  }

  /** Pictures a second that the device really sends; null while it sends hardly any. */
  async measureFrameRate(forMs: number): Promise<number | null> {
    const producer = this.#producer;
    return producer === undefined || producer.closed ? null : measureFrameRate(producer, forMs);
  }

  close(): void {
    this.#transport.close();
  }

  #assertOpen(): void {
    if (this.#transport.closed) throw new HavenError('STREAM_UNKNOWN');
  }
}
