import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { casesOf, type Choice } from '../cases-of.ts';
import { openTcp } from '../tcp.ts';
import { packetCases } from './packet-cases.ts';
import { framed } from './peer-socket.ts';
import { bindingRequest, type IceCredentials } from './stun.ts';

/** Packets before the receiver's buffer gets a moment: what the kernel drops tests nothing. */
const BURST = 20;
const BURST_PAUSE_MS = 4;
/** Packets on one TCP connection, which the other side may close at any of them. */
const PACKETS_PER_CONNECTION = 25;

export type MediaFuzz = {
  address: string;
  port: number;
  /** Of a transport that is open and was never connected: its port answers, and DTLS and RTP end at its state. */
  credentials: IceCredentials;
  choice: Choice;
};

/** Sends packets to a media port over UDP, half of them from an address that ICE has accepted. */
export async function fuzzUdp({ address, port, credentials, choice }: MediaFuzz): Promise<number> {
  const [known, unknown] = [createSocket('udp4'), createSocket('udp4')];
  try {
    for (const socket of [known, unknown]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      // What comes back (STUN answers, DTLS alerts) is of no interest.
      socket.on('message', () => undefined);
    }
    let sent = 0;
    for (const [, packet] of casesOf(packetCases(credentials), choice)) {
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
export async function fuzzTcp({ address, port, credentials, choice }: MediaFuzz): Promise<number> {
  const cases = casesOf(packetCases(credentials), choice);
  let sent = 0;
  for (let first = 0; first < cases.length; first += PACKETS_PER_CONNECTION) {
    const socket = await openTcp(address, port);
    socket.write(framed(accepted(credentials, first)));
    for (const [number, packet] of cases.slice(first, first + PACKETS_PER_CONNECTION)) {
      if (socket.destroyed) break;
      socket.write(number % 10 === 9 ? framed(packet, packet.length * 3 + 1) : framed(packet));
      sent += 1;
    }
    await sleep(BURST_PAUSE_MS);
    socket.destroy();
  }
  return sent;
}

function accepted(credentials: IceCredentials, number: number): Buffer {
  const transactionId = Buffer.alloc(12);
  transactionId.writeUInt32BE(number, 8);
  return bindingRequest(credentials, transactionId);
}
