import type { DeviceRequests, MonitorRequests, RequestOf, ResponseOf, TalkMedia } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import {
  clientCapabilities,
  clientRtpParameters,
  wireCapabilities,
  wireDtlsParameters,
  wireRtpParameters,
} from '../media/parameters.ts';

type LineRequests = Pick<MonitorRequests & DeviceRequests, 'talk:connect' | 'talk:produce' | 'talk:consume'>;

/** The requests that both sides of a talk make in the same words. */
export type LineRequest = <K extends keyof LineRequests>(
  name: K,
  request: RequestOf<LineRequests, K>,
) => Promise<ResponseOf<LineRequests, K>>;

/** Speech: silence is not sent, and a lost packet is made up for by the next one. */
const OPUS: types.ProducerCodecOptions = { opusStereo: false, opusDtx: true, opusFec: true };

export type VoiceLineParts = {
  talk: TalkMedia;
  request: LineRequest;
  createDevice: () => Promise<types.Device>;
  /** The other side can be heard. */
  onVoice: (track: MediaStreamTrack) => void;
};

/** One side's media of a talk: its own voice out, the other's in. */
export class VoiceLine {
  readonly #parts: VoiceLineParts;
  readonly #device: types.Device;
  readonly #transports: readonly [send: types.Transport, receive: types.Transport];
  #voice: types.Producer | null = null;
  #muted = false;
  #closed = false;

  private constructor(parts: VoiceLineParts, device: types.Device) {
    this.#parts = parts;
    this.#device = device;
    const { iceServers, receiveTransport, sendTransport } = parts.talk;
    this.#transports = [
      this.#connect(device.createSendTransport({ ...sendTransport, iceServers })),
      this.#connect(device.createRecvTransport({ ...receiveTransport, iceServers })),
    ];
  }

  static async open(parts: VoiceLineParts): Promise<VoiceLine> {
    const device = await parts.createDevice();
    const { routerRtpCapabilities } = parts.talk;
    await device.load({ routerRtpCapabilities: clientCapabilities(routerRtpCapabilities) });
    return new VoiceLine(parts, device);
  }

  /** Sends one's own voice. The microphone stays the caller's. @throws HavenError, DOMException */
  async speak(microphone: MediaStreamTrack): Promise<void> {
    const [send] = this.#transports;
    const voice = await send.produce({
      track: microphone,
      stopTracks: false,
      disableTrackOnPause: true,
      zeroRtpOnPause: true,
      codecOptions: OPUS,
    });
    if (this.#closed) return;
    this.#voice = voice;
    this.#applyMute();
  }

  /** Whether one's own voice is held back. */
  mute(muted: boolean): void {
    this.#muted = muted;
    this.#applyMute();
  }

  /** Hears the other's voice from now on. @throws HavenError */
  async hear(): Promise<void> {
    const [, receive] = this.#transports;
    const { talkId } = this.#parts.talk;
    const { consumerId, producerId, rtpParameters } = await this.#parts.request('talk:consume', {
      requestId: crypto.randomUUID(),
      talkId,
      rtpCapabilities: wireCapabilities(this.#device.recvRtpCapabilities),
    });
    if (this.#closed) return;
    const consumer = await receive.consume({
      id: consumerId,
      producerId,
      kind: 'audio',
      rtpParameters: clientRtpParameters(rtpParameters),
    });
    if (!this.#isClosed()) this.#parts.onVoice(consumer.track);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const transport of this.#transports) transport.close();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #applyMute(): void {
    if (this.#voice === null || this.#closed) return;
    if (this.#muted) this.#voice.pause();
    else this.#voice.resume();
  }

  /** Carries the transport's needs to the server. */
  #connect(transport: types.Transport): types.Transport {
    const { request, talk } = this.#parts;
    const { talkId } = talk;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const transportId = transport.id;
      request('talk:connect', {
        talkId,
        transportId,
        dtlsParameters: wireDtlsParameters(dtlsParameters),
      }).then(done, (error: unknown) => failed(asError(error)));
    });
    transport.on('produce', ({ rtpParameters }, done, failed) => {
      const requestId = crypto.randomUUID();
      request('talk:produce', { requestId, talkId, rtpParameters: wireRtpParameters(rtpParameters) }).then(
        ({ producerId }) => done({ id: producerId }),
        (error: unknown) => failed(asError(error)),
      );
    });
    return transport;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
