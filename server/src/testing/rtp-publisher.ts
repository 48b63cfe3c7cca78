import { randomInt } from 'node:crypto';
import type { DtlsParameters, RtpParameters, TransportOptions } from '@haven/protocol';
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtpHeader,
} from 'werift';

const FRAME_INTERVAL_MS = 33;
const VIDEO_CLOCK_TICKS_PER_MS = 90;
/** From 1900, where NTP's time begins, to 1970. */
const NTP_EPOCH_MS = 2_208_988_800_000;
const LOOPBACK = '127.0.0.1';
/** Protection profiles of RFC 5764 and 7714: AES-128-GCM, else AES-CM with HMAC-SHA1. */
const SRTP_PROFILES: (1 | 7)[] = [7, 1];
/** A payload descriptor (RFC 7741) that begins a partition, then a VP8 key frame's header (RFC 6386, 9.1), 16×16. */
const KEY_FRAME = Buffer.from([0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x00, 0x00]);

/** Sends RTP that looks like VP8 over a real WebRTC transport: every frame a key frame that nobody could decode. */
export class RtpPublisher {
  readonly #dtls: RTCDtlsTransport;
  readonly #payloadType: number;
  readonly #ssrcs: number[];
  readonly #frame: Buffer;
  #sequenceNumber = randomInt(0x8000);
  #timer: NodeJS.Timeout | undefined;

  private constructor(dtls: RTCDtlsTransport, { codecs, encodings = [] }: RtpParameters, frameBytes: number) {
    this.#dtls = dtls;
    this.#frame = Buffer.concat([KEY_FRAME], Math.max(frameBytes, KEY_FRAME.length));
    this.#payloadType = codecs[0]?.payloadType ?? 0;
    this.#ssrcs = encodings.flatMap(({ ssrc }) => (ssrc === undefined ? [] : [ssrc]));
  }

  /**
   * @param announce tells the SFU this end's certificate, before the first packet
   * @param frameBytes of each layer, 30 times a second; at least as many as a key frame's header has
   */
  static async connect(
    remote: TransportOptions,
    announce: (parameters: DtlsParameters) => Promise<unknown>,
    rtpParameters: RtpParameters,
    frameBytes = 0,
  ): Promise<RtpPublisher> {
    const gatherer = new RTCIceGatherer({
      useTcp: false,
      useIpv4: true,
      useIpv6: false,
      additionalHostAddresses: [LOOPBACK],
    });
    const ice = new RTCIceTransport(gatherer);
    ice.connection.iceControlling = true;
    ice.setRemoteParams(new RTCIceParameters({ ...remote.iceParameters, iceLite: true }));
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new RTCDtlsTransport({}, ice, certificate, SRTP_PROFILES);
    dtls.role = 'client';
    const fingerprints = remote.dtlsParameters.fingerprints.map(
      ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
    );
    dtls.setRemoteParams(new RTCDtlsParameters(fingerprints, 'server'));
    await ice.gather();
    for (const { foundation, ip, port, priority, protocol, type } of remote.iceCandidates) {
      if (protocol !== 'udp') continue;
      await ice.addRemoteCandidate(new IceCandidate(1, foundation, ip, port, priority, protocol, type));
    }
    await ice.addRemoteCandidate(undefined);
    const value = dtls.localParameters.fingerprints[0]?.value ?? '';
    await announce({ role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] });
    await ice.start();
    await dtls.start();
    return new RtpPublisher(dtls, rtpParameters, frameBytes);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#sendFrame(), FRAME_INTERVAL_MS);
  }

  /** Says of a layer, the lowest first, at what time its pictures are taken (a sender report). */
  async report(layer: number): Promise<void> {
    const ssrc = this.#ssrcs[layer];
    if (ssrc === undefined) throw new Error(`There is no layer ${layer}.`);
    const ntpTimestamp = BigInt(Math.round(((Date.now() + NTP_EPOCH_MS) / 1000) * 2 ** 32));
    const rtpTimestamp = timestampNow();
    const senderInfo = new RtcpSenderInfo({ ntpTimestamp, rtpTimestamp, packetCount: 0, octetCount: 0 });
    await this.#dtls.sendRtcp([new RtcpSrPacket({ ssrc, senderInfo })]);
  }

  /** Stops sending for a while. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async close(): Promise<void> {
    this.pause();
    await this.#dtls.stop();
  }

  #sendFrame(): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    for (const ssrc of this.#ssrcs) {
      const header = new RtpHeader({
        version: 2,
        payloadType: this.#payloadType,
        ssrc,
        sequenceNumber: this.#sequenceNumber,
        timestamp: timestampNow(),
        marker: true,
      });
      void this.#dtls.sendRtp(this.#frame, header);
    }
  }
}

function timestampNow(): number {
  return Math.round(performance.now() * VIDEO_CLOCK_TICKS_PER_MS) % 2 ** 32;
}
