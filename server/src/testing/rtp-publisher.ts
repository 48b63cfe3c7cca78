import type { DtlsParameters, RtpParameters, TransportOptions } from '@haven/protocol';
import { LayerSender } from '@haven/device/src/rtp/layer-sender.ts';
import { MediaTransport } from '@haven/device/src/rtp/media-transport.ts';

const FRAME_INTERVAL_MS = 33;
/** A VP8 key frame's header (RFC 6386, 9.1), 16×16, and nothing that could be decoded. */
const KEY_FRAME = Buffer.from([0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x00, 0x00]);

/** Sends RTP that looks like VP8 over a real WebRTC transport: every frame a key frame. */
export class RtpPublisher {
  readonly #transport: MediaTransport;
  readonly #layers: LayerSender[];
  #timer: NodeJS.Timeout | undefined;

  private constructor(transport: MediaTransport, { codecs, encodings = [] }: RtpParameters) {
    this.#transport = transport;
    const payloadType = codecs[0]?.payloadType ?? 0;
    this.#layers = encodings.map(
      ({ ssrc = 0 }) =>
        new LayerSender({ ssrc, payloadType, rtx: undefined, absSendTimeId: undefined }, transport),
    );
  }

  static async connect(
    remote: TransportOptions,
    announce: (parameters: DtlsParameters) => Promise<unknown>,
    rtpParameters: RtpParameters,
  ): Promise<RtpPublisher> {
    const transport = await MediaTransport.connect(remote, announce, {
      onRtcp: () => undefined,
      onLost: () => undefined,
    });
    return new RtpPublisher(transport, rtpParameters);
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      const timeMs = performance.now();
      for (const layer of this.#layers) {
        layer.send({ timeMs, key: true, temporalLayer: 0, data: KEY_FRAME }, timeMs);
      }
    }, FRAME_INTERVAL_MS);
  }

  /** Stops sending for a while. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async close(): Promise<void> {
    this.pause();
    await this.#transport.close();
  }
}
