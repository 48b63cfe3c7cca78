import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that the system gives to outgoing connections: none of them takes a port before its server listens, or
 * while it is dead. Browsers refuse none of these, and all have as many digits as any that the system gives.
 */
const FROM = 20_000;
const TO = 32_000;
const ATTEMPTS = 100;
const LOOPBACK = '127.0.0.1';

/**
 * A port at which nobody listens now, neither by TCP nor by UDP.
 * @throws Error when none of many is free
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FROM, TO);
    if ((await isFreeOfTcp(port)) && (await isFreeOfUdp(port))) return port;
  }
  throw new Error('no free port');
}

async function isFreeOfTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, LOOPBACK), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function isFreeOfUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, LOOPBACK);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}
