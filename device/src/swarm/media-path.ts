import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DtlsParameters, TransportOptions } from '@haven/protocol';
import { RtcpPacketConverter, type RtcpPacket, type RtpHeader } from 'werift';
import { DtlsSrtp, type SrtpCiphers } from './dtls-srtp.ts';
import { IceLitePeer } from './ice-lite-peer.ts';
import { SequenceUnwrapper } from './sequence.ts';
import { protect, unprotect, type PacketIndex } from './srtp-gcm.ts';

/** ICE and DTLS of hundreds at once on a machine that is busy with them, ms. */
const CONNECT_TIMEOUT_MS = 20_000;
/** Without an answer to its checks for so long, ms, a path is lost (RFC 7675). */
const CONSENT_LOST_MS = 30_000;
const CONSENT_WATCH_MS = 5_000;
/** What the kernel may hold while this process is busy, bytes; it gives what its own bound allows. */
const RECEIVE_BUFFER_BYTES = 1_000_000;

/** The first byte tells what a packet is (RFC 7983). */
const DTLS_FROM = 20;
const DTLS_TO = 63;
const RTP_FROM = 128;
/** The second byte of RTCP, where RTP has its payload type (RFC 5761). */
const RTCP_FROM = 192;
const RTCP_TO = 223;

export type MediaPathEvents = {
  /** An RTP packet, encrypted except for its header. */
  onRtp: (packet: Buffer) => void;
  onRtcp: (packet: RtcpPacket) => void;
  /** The path is gone; called once, and not by `close()`. */
  onLost: (why: string) => void;
};

/**
 * One end of a WebRtcTransport at little cost, for hundreds in a process: one UDP socket, ICE against an ice-lite
 * server, werift's DTLS, and SRTP by AES-GCM. What comes is handed on encrypted, since a load test reads headers and
 * decrypts samples.
 */
export class MediaPath {
  readonly #socket: Socket;
  readonly #ice: IceLitePeer;
  readonly #events: MediaPathEvents;
  readonly #sent = new Map<number, SequenceUnwrapper>();
  #dtls: DtlsSrtp | undefined;
  #ciphers: SrtpCiphers | undefined;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(remote: TransportOptions, socket: Socket, events: MediaPathEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#ice = new IceLitePeer(remote.iceParameters, (packet) => this.#send(packet));
  }

  /**
   * @param remote the SFU's end
   * @param announce tells the SFU this end's certificate
   * @throws Error when no path is found in time, the server chose another cipher than AES-GCM, or what `announce` throws
   */
  static async connect(
    remote: TransportOptions,
    announce: (parameters: DtlsParameters) => Promise<unknown>,
    events: MediaPathEvents,
  ): Promise<MediaPath> {
    const candidate = remote.iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (candidate === undefined) throw new Error('the server has no UDP address');
    const type = candidate.address.includes(':') ? 'udp6' : 'udp4';
    const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
    const path = new MediaPath(remote, socket, events);
    socket.on('message', (packet) => path.#receive(packet));
    socket.on('error', (error) => path.#lose(error.message));
    try {
      await new Promise<void>((resolve) => socket.connect(candidate.port, candidate.address, resolve));
      const late = sleep(CONNECT_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        throw new Error('no media path in time');
      });
      await Promise.race([path.#open(remote.dtlsParameters, announce), late]);
      return path;
    } catch (error) {
      path.close();
      throw error;
    }
  }

  sendRtp(payload: Buffer, header: RtpHeader): void {
    if (this.#closed || this.#ciphers === undefined) return;
    const { ssrc, sequenceNumber } = header;
    const sent = this.#sent.get(ssrc) ?? new SequenceUnwrapper();
    this.#sent.set(ssrc, sent);
    const at = { ssrc, index: sent.unwrap(sequenceNumber) };
    this.#send(protect(header.serialize(header.serializeSize), payload, at, this.#ciphers.local));
  }

  sendRtcp(packets: readonly { serialize(): Buffer }[]): void {
    if (this.#closed || this.#ciphers === undefined || packets.length === 0) return;
    this.#send(this.#ciphers.rtcp.encrypt(Buffer.concat(packets.map((packet) => packet.serialize()))));
  }

  /** @returns the payload of a packet that came; undefined when it is not the server's */
  decrypt(packet: Buffer, headerBytes: number, at: PacketIndex): Buffer | undefined {
    return this.#ciphers && unprotect(packet, headerBytes, at, this.#ciphers.remote);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    this.#ice.close();
    this.#dtls?.close();
    this.#socket.close();
  }

  async #open(
    { fingerprints }: DtlsParameters,
    announce: (parameters: DtlsParameters) => Promise<unknown>,
  ): Promise<void> {
    const dtls = await DtlsSrtp.create((packet) => this.#send(packet), this.#socket.address());
    this.#dtls = dtls;
    await Promise.all([announce(dtls.parameters), this.#ice.connect()]);
    this.#ciphers = await dtls.connect(fingerprints);
    dtls.client.onClose.subscribe(() => this.#lose('DTLS closed'));
    this.#watch = setInterval(() => {
      if (performance.now() - this.#ice.lastAnswerAt > CONSENT_LOST_MS) this.#lose('ICE consent lost');
    }, CONSENT_WATCH_MS);
  }

  #receive(packet: Buffer): void {
    const first = packet[0];
    if (first >= RTP_FROM) {
      const second = packet[1];
      if (second >= RTCP_FROM && second <= RTCP_TO) this.#receiveRtcp(packet);
      else this.#events.onRtp(packet);
    } else if (first >= DTLS_FROM && first <= DTLS_TO) {
      this.#dtls?.receive(packet);
    } else if (first < DTLS_FROM) {
      this.#ice.receive(packet);
    }
  }

  #receiveRtcp(packet: Buffer): void {
    const decrypted = this.#ciphers?.rtcp.decrypt(packet);
    if (decrypted === undefined) return;
    for (const part of RtcpPacketConverter.deSerialize(decrypted)) this.#events.onRtcp(part);
  }

  #send(packet: Buffer): void {
    // Without a callback Node would emit an error for each refused packet, such as while a server restarts.
    if (!this.#closed) this.#socket.send(packet, () => undefined);
  }

  #lose(why: string): void {
    if (this.#closed) return;
    this.close();
    this.#events.onLost(why);
  }
}
