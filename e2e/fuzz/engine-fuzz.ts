import fc from 'fast-check';
import { casesOf, type Choice } from './cases-of.ts';

/** How long a connection is watched for what the server makes of a packet, ms. */
const LISTEN_MS = 150;
const OPEN_MS = 5_000;
const AT_ONCE = 10;

/** Packets below Socket.IO: of Engine.IO, of its parser, and of neither. */
const enginePackets: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  fc
    .tuple(fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '9'), fc.string({ maxLength: 60 }))
    .map(([type, rest]) => `${type}${rest}`),
  fc
    .tuple(
      fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '51-', '5999999-', '61-'),
      fc.constantFrom('', '/monitor,', '/device,', '/cv,', '/node,', '/nowhere,', '/'.repeat(500)),
      fc.oneof(
        fc.json({ maxDepth: 3 }),
        fc.constantFrom(
          '["x"',
          '[]',
          '{}',
          '["x",{"_placeholder":true,"num":9}]',
          '12["x"]',
          '[1]',
          '[null]',
          '["session:describe",{}]',
        ),
      ),
    )
    .map(([type, namespace, body]) => `4${type}${namespace}${body}`),
);

/** Sends packets over WebSockets that have not signed in, several on each. @returns how many */
export async function fuzzEngine(url: string, choice: Choice): Promise<number> {
  const connections = fc.array(enginePackets, { minLength: 1, maxLength: 6 });
  const queue = casesOf(connections, { ...choice, count: Math.ceil(choice.count / 3) }).values();
  let sent = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [, packets] of queue) {
        const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
        socket.binaryType = 'arraybuffer';
        await happens(socket, ['open', 'close'], OPEN_MS);
        if (socket.readyState !== WebSocket.OPEN) continue;
        for (const packet of packets) {
          socket.send(packet);
          sent += 1;
        }
        await happens(socket, ['close'], LISTEN_MS);
        socket.close();
      }
    }),
  );
  return sent;
}

/** Resolves with the first of these events, or after a while. */
function happens(socket: WebSocket, events: readonly string[], withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    for (const event of events) {
      socket.addEventListener(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
