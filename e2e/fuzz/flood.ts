import { io } from 'socket.io-client';
import { openTcp } from './tcp.ts';

const AT_ONCE = 50;
/** Half of the connections sign in with a token that nobody gave out, the others say nothing or break off. */
const KINDS = ['wrong token', 'silence', 'break-off', 'wrong token'] as const;
const WAIT_MS = 3_000;

/** Opens bad connections as fast as they are answered. @returns how many ended how */
export async function floodWithConnections(url: string, count: number): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const number of numbers) {
        const end = await attempt(url, KINDS[number % KINDS.length]);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    }),
  );
  return ends;
}

async function attempt(url: string, kind: (typeof KINDS)[number]): Promise<string> {
  if (kind === 'wrong token') return refusal(url);
  const { hostname, port } = new URL(url);
  const socket = await openTcp(hostname, Number(port));
  if (kind === 'break-off') socket.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost:');
  socket.destroy();
  return kind;
}

async function refusal(url: string): Promise<string> {
  const socket = io(`${url}/monitor`, {
    auth: { protocol: 3, token: 'x'.repeat(100) },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: WAIT_MS,
  });
  const refused = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve(error.message));
  });
  const end = await refused;
  socket.disconnect();
  return end;
}
