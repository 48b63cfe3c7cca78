import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { casesOf } from './cases-of.ts';
import { packetCases, type PacketCase } from './packet-cases.ts';
import { bindingRequest, type IceCredentials } from './stun.ts';
import { openTcp } from './tcp.ts';

/** Packets before the receiver's buffer gets a moment: what the kernel drops tests nothing. */
const BURST = 20;
const BURST_PAUSE_MS = 4;
/** Packets on one TCP connection, which the other side may close at any of them. */
const PACKETS_PER_CONNECTION = 25;

export type MediaFuzz = {
  address: string;
  port: number;
  /** Of a transport that is open: its port then answers, and DTLS and RTP are read. */
  credentials: IceCredentials;
  seed: number;
  count: number;
};

/** Sends packets to a media port over UDP, half of them from an address that ICE has accepted. */
export async function fuzzUdp({ address, port, credentials, seed, count }: MediaFuzz): Promise<number> {
  const [known, unknown] = [createSocket('udp4'), createSocket('udp4')];
  try {
    for (const socket of [known, unknown]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      // What comes back (STUN answers, DTLS alerts) is of no interest.
      socket.on('message', () => undefined);
    }
    let sent = 0;
    for (const { packet } of casesOf(packetCases(credentials), seed, count)) {
      if (sent % (BURST * 10) === 0) known.send(accepted(credentials, sent), port, address);
      (sent % 2 === 0 ? known : unknown).send(packet, port, address);
      sent += 1;
      if (sent % BURST === 0) await sleep(BURST_PAUSE_MS);
    }
    return sent;
  } finally {
    known.close();
    unknown.close();
  }
}

/** The same over TCP, framed by RFC 4571, some with a length that lies. */
export async function fuzzTcp({ address, port, credentials, seed, count }: MediaFuzz): Promise<number> {
  const cases = casesOf(packetCases(credentials), seed, count);
  let sent = 0;
  for (let first = 0; first < cases.length; first += PACKETS_PER_CONNECTION) {
    const socket = await openTcp(address, port);
    socket.write(framed(accepted(credentials, first)));
    for (const [index, { packet }] of cases.slice(first, first + PACKETS_PER_CONNECTION).entries()) {
      if (socket.destroyed) break;
      socket.write(index % 10 === 9 ? framed(packet, packet.length * 3 + 1) : framed(packet));
      sent += 1;
    }
    await sleep(BURST_PAUSE_MS);
    socket.destroy();
  }
  return sent;
}

/** How many there are of each kind, for the report. */
export function kindsOf(cases: readonly PacketCase[]): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const { kind } of cases) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return kinds;
}

function accepted(credentials: IceCredentials, number: number): Buffer {
  const transactionId = Buffer.alloc(12);
  transactionId.writeUInt32BE(number, 8);
  return bindingRequest(credentials, transactionId);
}

function framed(packet: Buffer, length = packet.length): Buffer {
  const header = Buffer.alloc(2);
  header.writeUInt16BE(length & 0xffff);
  return Buffer.concat([header, packet]);
}
