import { setTimeout as sleep } from 'node:timers/promises';
import type { DtlsParameters, TransportOptions } from '@haven/protocol';
import { DtlsSrtp, type SrtpCiphers } from '../../../device/src/swarm/dtls-srtp.ts';
import { IceLitePeer } from '../../../device/src/swarm/ice-lite-peer.ts';
import { readRtpHead } from '../../../device/src/swarm/rtp-head.ts';
import { SequenceUnwrapper } from '../../../device/src/swarm/sequence.ts';
import { protect } from '../../../device/src/swarm/srtp-gcm.ts';
import { uint16 } from './buffers.ts';
import { DTLS_1_2 } from './dtls-cases.ts';
import type { KnownStream, MediaEnd } from './media-case.ts';
import { openPeerSocket, type MediaProtocol, type PeerSocket } from './peer-socket.ts';
import { MAGIC_COOKIE } from './stun.ts';

const CONNECT_WITHIN_MS = 10_000;
/** Streams begin low, so that the numbers do not turn in the time of a run. */
const FIRST_SEQUENCE = 1_000;
const FIXED_HEADER_BYTES = 12;
/** Under the keys that the handshake made (RFC 6347). */
const EPOCH = 1;

/** How a peer lets out each datagram of its own handshake: as it is, damaged, twice, or not at all. */
export type Outlet = (datagram: Buffer, number: number) => readonly Buffer[];

/**
 * The other end of a WebRtcTransport that sends whatever it is told: ICE, DTLS and the keys are real, what travels
 * under them need not be.
 */
export class RawPeer implements MediaEnd {
  readonly #remote: TransportOptions;
  readonly #ice: IceLitePeer;
  readonly #numbers = new Map<number, SequenceUnwrapper>();
  readonly heard = { dtls: 0, media: 0 };
  /** None before it is known what it sends, or is sent. */
  streams: readonly KnownStream[] = [];
  #socket!: PeerSocket;
  #dtls!: DtlsSrtp;
  #ciphers: SrtpCiphers | undefined;
  #outlet: Outlet = (datagram) => [datagram];
  #handshakeDatagrams = 0;
  #bytesSent = 0;

  private constructor(remote: TransportOptions) {
    this.#remote = remote;
    this.#ice = new IceLitePeer(remote.iceParameters, (packet) => this.send(packet));
  }

  /** Sends nothing yet: the server is to be told {@link dtlsParameters} before. */
  static async open(remote: TransportOptions, protocol: MediaProtocol = 'udp'): Promise<RawPeer> {
    const peer = new RawPeer(remote);
    peer.#socket = await openPeerSocket(remote, protocol, (packet) => peer.#receive(packet));
    peer.#dtls = await DtlsSrtp.create((datagram) => peer.#sendHandshake(datagram), peer.#socket.address);
    return peer;
  }

  get dtlsParameters(): DtlsParameters {
    return this.#dtls.parameters;
  }

  get credentials() {
    return this.#remote.iceParameters;
  }

  get largestPacket(): number {
    return this.#socket.largestPacket;
  }

  /** What the server counts as received by its transport: all but STUN. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Finds the path. @throws Error when the server does not answer in time */
  async reach(): Promise<void> {
    await inTime(this.#ice.connect());
  }

  /** @throws Error when there is no handshake in time */
  async shakeHands(outlet?: Outlet): Promise<void> {
    if (outlet !== undefined) this.#outlet = outlet;
    this.#ciphers = await inTime(this.#dtls.connect(this.#remote.dtlsParameters.fingerprints));
  }

  send(packet: Buffer): void {
    if (!isStun(packet)) this.#bytesSent += packet.length;
    this.#socket.send(packet);
  }

  nextSequence(ssrc: number): number {
    return ((this.#numbers.get(ssrc)?.highest ?? FIRST_SEQUENCE) + 1) & 0xffff;
  }

  sealRtp(packet: Buffer): Buffer {
    const numbers = this.#numbers.get(packet.readUInt32BE(8)) ?? new SequenceUnwrapper();
    this.#numbers.set(packet.readUInt32BE(8), numbers);
    const at = { ssrc: packet.readUInt32BE(8), index: numbers.unwrap(packet.readUInt16BE(2)) };
    // One that says that it is longer than it is gets no further than SRTP, whatever is encrypted of it.
    const headerBytes = readRtpHead(packet, undefined)?.headerBytes ?? FIXED_HEADER_BYTES;
    return protect(packet.subarray(0, headerBytes), packet.subarray(headerBytes), at, this.#keys().local);
  }

  sealRtcp(packet: Buffer): Buffer {
    return this.#keys().rtcp.encrypt(packet);
  }

  sealDtls(type: number, fragment: Buffer): Buffer {
    const { cipher, dtls, sessionType } = this.#dtls.client;
    const sequenceNumber = (dtls.recordSequenceNumber += 1);
    const header = { type, version: DTLS_1_2, epoch: EPOCH, sequenceNumber };
    const sealed = cipher.cipher.encrypt(sessionType, fragment, header);
    const number = Buffer.alloc(6);
    number.writeUIntBE(sequenceNumber, 0, 6);
    return Buffer.concat([
      ...[Buffer.from([type]), uint16(DTLS_1_2), uint16(EPOCH), number, uint16(sealed.length), sealed],
    ]);
  }

  close(): void {
    this.#ice.close();
    this.#dtls.close();
    this.#socket.close();
  }

  #keys(): SrtpCiphers {
    if (this.#ciphers === undefined) throw new Error('nothing is encrypted before the handshake');
    return this.#ciphers;
  }

  #sendHandshake(datagram: Buffer): void {
    for (const part of this.#outlet(datagram, this.#handshakeDatagrams)) this.send(part);
    this.#handshakeDatagrams += 1;
  }

  #receive(packet: Buffer): void {
    const first = packet.at(0) ?? 255;
    if (first < 20) this.#ice.receive(packet);
    else if (first < 64) {
      this.heard.dtls += 1;
      this.#dtls.receive(packet);
    } else this.heard.media += 1;
  }
}

function isStun(packet: Buffer): boolean {
  return packet.length >= 20 && packet[0] < 3 && packet.readUInt32BE(4) === MAGIC_COOKIE;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = sleep(CONNECT_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error('no media path in time');
  });
  return Promise.race([work, late]);
}
