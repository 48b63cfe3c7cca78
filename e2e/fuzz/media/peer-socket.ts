import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TransportOptions } from '@haven/protocol';
import { uint16 } from './buffers.ts';
import { openTcp } from '../tcp.ts';

/** Of IPv4, bytes; of RFC 4571, and with its length what a buffer of 64 KiB holds. */
const LARGEST_DATAGRAM = 65_507;
const LARGEST_FRAME = 65_534;

/** The way to a media port, whatever is sent on it. */
export type PeerSocket = {
  readonly address: AddressInfo;
  /** In one piece, bytes. */
  readonly largestPacket: number;
  send(packet: Buffer): void;
  close(): void;
};

export type MediaProtocol = 'udp' | 'tcp';

/** @throws Error when the transport has no port of that protocol */
export function mediaPort({ iceCandidates }: TransportOptions, protocol: MediaProtocol) {
  const candidate = iceCandidates.find((found) => found.protocol === protocol);
  if (candidate === undefined) throw new Error(`the server offers no media port over ${protocol}`);
  return { address: candidate.ip, port: candidate.port };
}

/** @param receive what comes back */
export async function openPeerSocket(
  remote: TransportOptions,
  protocol: MediaProtocol,
  receive: (packet: Buffer) => void,
): Promise<PeerSocket> {
  const { address, port } = mediaPort(remote, protocol);
  return protocol === 'udp' ? openUdp(address, port, receive) : openFramed(address, port, receive);
}

async function openUdp(
  address: string,
  port: number,
  receive: (packet: Buffer) => void,
): Promise<PeerSocket> {
  const socket = createSocket('udp4');
  socket.on('message', receive);
  // Refused packets, such as after the server ended, are seen elsewhere.
  socket.on('error', () => undefined);
  socket.connect(port, address);
  await once(socket, 'connect');
  let closed = false;
  return {
    address: socket.address(),
    largestPacket: LARGEST_DATAGRAM,
    send: (packet) => {
      if (!closed) socket.send(packet, () => undefined);
    },
    close: () => {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
}

/** RFC 4571: each packet behind its length. */
async function openFramed(
  address: string,
  port: number,
  receive: (packet: Buffer) => void,
): Promise<PeerSocket> {
  const socket = await openTcp(address, port);
  // As peers do: a handshake of small packets would wait for acknowledgements, and the server repeat itself.
  socket.setNoDelay();
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      receive(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  });
  return {
    address: { address: socket.localAddress ?? '', family: 'IPv4', port: socket.localPort ?? 0 },
    largestPacket: LARGEST_FRAME,
    send: (packet) => {
      if (socket.writable) socket.write(framed(packet));
    },
    close: () => socket.destroy(),
  };
}

/** @param length what it says of itself */
export function framed(packet: Buffer, length = packet.length): Buffer {
  return Buffer.concat([uint16(length), packet]);
}
