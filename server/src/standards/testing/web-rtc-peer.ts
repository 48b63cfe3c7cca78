import { randomInt } from 'node:crypto';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  type RTCRtpTransceiver,
} from 'werift';

const FRAME_INTERVAL_MS = 33;
const VIDEO_CLOCK_TICKS_PER_MS = 90;
/** A payload descriptor (RFC 7741) that begins a partition, then a VP8 key frame's header (RFC 6386, 9.1), 16×16. */
const KEY_FRAME = Buffer.from([0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x00, 0x00]);

/** A WebRTC peer that is no browser: it makes the offers, as clients of WHIP and WHEP do. */
export class WebRtcPeer {
  readonly #connection: RTCPeerConnection;
  readonly #transceiver: RTCRtpTransceiver;
  readonly #track: MediaStreamTrack | undefined;
  #received = 0;
  #sequenceNumber = randomInt(0x8000);
  #timer: NodeJS.Timeout | undefined;

  constructor(direction: 'sendonly' | 'recvonly', payloadType = 97) {
    this.#connection = new RTCPeerConnection({
      codecs: {
        video: [
          new RTCRtpCodecParameters({
            ...{ mimeType: 'video/VP8', clockRate: 90_000, payloadType },
            rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
          }),
        ],
      },
      iceAdditionalHostAddresses: ['127.0.0.1'],
    });
    this.#track = direction === 'sendonly' ? new MediaStreamTrack({ kind: 'video' }) : undefined;
    this.#transceiver = this.#connection.addTransceiver(this.#track ?? 'video', { direction });
    this.#connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(() => (this.#received += 1));
    });
  }

  get connected(): boolean {
    return this.#connection.connectionState === 'connected';
  }

  /** Packets received. */
  get received(): number {
    return this.#received;
  }

  async offer(): Promise<string> {
    const offer = await this.#connection.createOffer();
    await this.#connection.setLocalDescription(offer);
    return this.#connection.localDescription?.sdp ?? '';
  }

  async accept(answer: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** Sends frames from now on: every one a key frame that nobody could decode. */
  start(): void {
    this.#timer ??= setInterval(() => this.#sendFrame(), FRAME_INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }

  #sendFrame(): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    const header = new RtpHeader({
      ...{ payloadType: 97, ssrc: this.#transceiver.sender.ssrc, sequenceNumber: this.#sequenceNumber },
      timestamp: Math.round(performance.now() * VIDEO_CLOCK_TICKS_PER_MS) % 2 ** 32,
      marker: true,
    });
    this.#track?.writeRtp(new RtpPacket(header, KEY_FRAME));
  }
}
