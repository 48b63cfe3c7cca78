import type { types } from 'mediasoup';
import {
  HavenError,
  rtpParametersSchema,
  type DtlsParameters,
  type RtpCapabilities,
  type RtpParameters,
  type TransportOptions,
} from '@haven/protocol';
import type { ConsumerDescription } from '../sfu/viewer.ts';
import { assertVoiceCodec } from '../sfu/media-codecs.ts';
import type { MediaWorker } from '../sfu/media-worker.ts';
import { asMediaError, connectOnce, transportOptionsOf } from '../sfu/transports.ts';

/** Of one voice, bit/s: speech in Opus takes 32 kbit/s, with its error correction less than the double. */
const MAX_VOICE_BITRATE = 128_000;

/** One side of a talk: a transport for its own voice, and one for the other's. */
export class TalkEnd {
  readonly #mediaWorker: MediaWorker;
  readonly #spoken: types.WebRtcTransport;
  readonly #heard: types.WebRtcTransport;
  #voice: types.Producer | undefined;
  #speaking = false;
  #consumer: types.Consumer | undefined;

  private constructor(mediaWorker: MediaWorker, spoken: types.WebRtcTransport, heard: types.WebRtcTransport) {
    this.#mediaWorker = mediaWorker;
    this.#spoken = spoken;
    this.#heard = heard;
  }

  static async open(mediaWorker: MediaWorker): Promise<TalkEnd> {
    const spoken = await mediaWorker.createWebRtcTransport('receive');
    try {
      await spoken.setMaxIncomingBitrate(MAX_VOICE_BITRATE);
      return new TalkEnd(mediaWorker, spoken, await mediaWorker.createWebRtcTransport('send'));
    } catch (error) {
      spoken.close();
      throw error;
    }
  }

  /** What the side needs to build its own ends of the transports. */
  get media(): {
    routerRtpCapabilities: RtpCapabilities;
    sendTransport: TransportOptions;
    receiveTransport: TransportOptions;
  } {
    return {
      routerRtpCapabilities: this.#mediaWorker.rtpCapabilities,
      sendTransport: transportOptionsOf(this.#spoken),
      receiveTransport: transportOptionsOf(this.#heard),
    };
  }

  get voice(): types.Producer | undefined {
    return this.#voice;
  }

  /** @throws HavenError TRANSPORT_UNKNOWN, ALREADY_DONE, INVALID_REQUEST */
  async connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = [this.#spoken, this.#heard].find(({ id }) => id === transportId);
    if (transport === undefined || transport.closed) throw new HavenError('TRANSPORT_UNKNOWN');
    await connectOnce(transport, dtlsParameters);
  }

  /** @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, TALK_UNKNOWN (over meanwhile) */
  async speak(rtpParameters: RtpParameters): Promise<string> {
    assertVoiceCodec(rtpParameters);
    if (this.#speaking) throw new HavenError('ALREADY_DONE', 'This side speaks already.');
    this.#speaking = true;
    try {
      const voice = await this.#spoken.produce({ kind: 'audio', rtpParameters });
      if (this.#spoken.closed) throw new HavenError('TALK_UNKNOWN');
      this.#voice = voice;
      return voice.id;
    } catch (error) {
      this.#speaking = false;
      throw asMediaError(error);
    }
  }

  /** The other's voice; an earlier consumer of it is closed. @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST */
  async listen(voice: types.Producer, rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    try {
      const consumer = await this.#heard.consume({ producerId: voice.id, rtpCapabilities });
      this.#consumer?.close();
      this.#consumer = consumer;
      return {
        consumerId: consumer.id,
        producerId: voice.id,
        rtpParameters: rtpParametersSchema.parse(consumer.rtpParameters),
      };
    } catch (error) {
      throw asMediaError(error);
    }
  }

  close(): void {
    this.#spoken.close();
    this.#heard.close();
  }
}
