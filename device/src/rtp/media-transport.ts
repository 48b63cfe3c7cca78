import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DtlsParameters,
  IceCandidate as RemoteCandidate,
  IceParameters,
  IceServers,
  TransportOptions,
} from '@haven/protocol';
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  type RtcpPacket,
  type RtpHeader,
} from 'werift';
import { turnOptionsOf } from './turn-options.ts';

/** AEAD_AES_128_GCM costs the SFU half of what the fallback AES128_CM_HMAC_SHA1_80 does (RFC 7714, RFC 5764). */
const SRTP_PROFILES: (1 | 7)[] = [7, 1];
/** ICE and DTLS on a loaded machine over a bad link take two or three seconds. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A relay that answers does so within a few round trips; one that does not must not hold up the direct path. */
const GATHER_WITHIN_MS = 3_000;
const RTP_COMPONENT = 1;
const LOOPBACK = '127.0.0.1';

export type MediaTransportEvents = {
  onRtcp: (packet: RtcpPacket) => void;
  /** ICE has lost the path; {@link MediaTransport.restartIce} may find another. */
  onPathBroken: () => void;
  /** The transport is gone for good; called once, and not by `close()`. */
  onLost: (why: string) => void;
};

/** The device's end of a WebRtcTransport: ICE as the controlling side, DTLS as the client, then SRTP. */
export class MediaTransport {
  readonly #ice: RTCIceTransport;
  readonly #dtls: RTCDtlsTransport;
  readonly #remoteCandidates: readonly IceCandidate[];
  #ended = false;
  #closed = false;

  private constructor(
    ice: RTCIceTransport,
    dtls: RTCDtlsTransport,
    remoteCandidates: readonly IceCandidate[],
    events: MediaTransportEvents,
  ) {
    this.#ice = ice;
    this.#dtls = dtls;
    this.#remoteCandidates = remoteCandidates;
    const lost = (why: string) => {
      if (this.#ended) return;
      this.#ended = true;
      events.onLost(why);
    };
    ice.onStateChange.subscribe((state) => {
      if (state === 'closed') lost('ICE closed');
      else if (state === 'disconnected' || state === 'failed') events.onPathBroken();
    });
    dtls.onStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') lost(`DTLS ${state}`);
    });
    dtls.onRtcp.subscribe(events.onRtcp);
  }

  /**
   * @param remote the SFU's end
   * @param announce tells the SFU this end's certificate, before the first packet
   * @param iceServers for where there is no direct path
   * @throws Error when no path is found in time, or what `announce` throws
   */
  static async connect(
    remote: TransportOptions,
    announce: (parameters: DtlsParameters) => Promise<unknown>,
    events: MediaTransportEvents,
    iceServers: IceServers = [],
  ): Promise<MediaTransport> {
    const candidates = await udpCandidates(remote.iceCandidates);
    const gatherer = new RTCIceGatherer({
      ...turnOptionsOf(iceServers),
      useTcp: false,
      useIpv4: true,
      useIpv6: candidates.some(({ ip }) => isIP(ip) === 6),
      additionalHostAddresses: candidates.some(({ ip }) => ip === LOOPBACK) ? [LOOPBACK] : [],
    });
    const ice = new RTCIceTransport(gatherer);
    ice.connection.iceControlling = true;
    ice.setRemoteParams(new RTCIceParameters({ ...remote.iceParameters, iceLite: true }));
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const dtls = new RTCDtlsTransport({}, ice, certificate, SRTP_PROFILES);
    dtls.role = 'client';
    dtls.setRemoteParams(
      new RTCDtlsParameters(
        remote.dtlsParameters.fingerprints.map(
          ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
        ),
        'server',
      ),
    );
    const transport = new MediaTransport(ice, dtls, candidates, events);
    try {
      await withinTime(transport.#connect(announce));
      return transport;
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  sendRtp(payload: Buffer, header: RtpHeader): void {
    if (!this.#ended) void this.#dtls.sendRtp(payload, header);
  }

  sendRtcp(packets: RtcpPacket[]): void {
    if (!this.#ended) void this.#dtls.sendRtcp(packets);
  }

  async close(): Promise<void> {
    this.#ended = true;
    if (this.#closed) return;
    this.#closed = true;
    this.#dtls.dtls?.close();
    await this.#dtls.stop();
  }

  /**
   * Looks for a path anew, from the addresses that this machine has now; encryption and streams go on as they are.
   * @param remote what the SFU answers checks with from now on
   * @throws Error when no path is found in time
   */
  async restartIce(remote: IceParameters): Promise<void> {
    this.#ice.setRemoteParams(new RTCIceParameters({ ...remote, iceLite: true }));
    await withinTime(this.#findPath());
  }

  async #findPath(): Promise<void> {
    await this.#gather();
    await this.#ice.start();
  }

  async #gather(): Promise<void> {
    // What is found later is not used.
    await Promise.race([this.#ice.gather(), sleep(GATHER_WITHIN_MS, undefined, { ref: false })]);
    for (const candidate of this.#remoteCandidates) await this.#ice.addRemoteCandidate(candidate);
    await this.#ice.addRemoteCandidate(undefined);
  }

  async #connect(announce: (parameters: DtlsParameters) => Promise<unknown>): Promise<void> {
    await this.#gather();
    const fingerprint = this.#dtls.localParameters.fingerprints.at(0);
    if (!fingerprint) throw new Error('this end has no certificate');
    await announce({
      role: 'client',
      fingerprints: [{ algorithm: 'sha-256', value: fingerprint.value }],
    });
    await this.#ice.start();
    await this.#dtls.start();
  }
}

/** The SFU's UDP candidates by number; an announced name is looked up here, since ICE knows numbers only. */
async function udpCandidates(candidates: readonly RemoteCandidate[]): Promise<IceCandidate[]> {
  const udp = candidates.filter(({ protocol }) => protocol === 'udp');
  return await Promise.all(
    udp.map(async ({ foundation, address, port, priority, type }) => {
      const ip = isIP(address) === 0 ? (await lookup(address)).address : address;
      return new IceCandidate(RTP_COMPONENT, foundation, ip, port, priority, 'udp', type);
    }),
  );
}

async function withinTime(connecting: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no media path in time')), CONNECT_TIMEOUT_MS);
  });
  try {
    await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}
