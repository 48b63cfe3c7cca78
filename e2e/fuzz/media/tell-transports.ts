/**
 * Loaded into the fuzzed server beside its own code: tells over a Unix socket how far packets came, which no client of
 * a server may know. Who connects sends a transport's id, and gets its figures as mediasoup has them, or asks what the
 * server holds of memory.
 */
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { observer, setLogEventListeners, type types } from 'mediasoup';
import { LAST_WORDS, MEMORY, SOCKET_VARIABLE } from './media-probe.ts';

/** The media worker's own words, without its process: `RTC::RTCP::Packet::Parse() | error parsing …`. */
const LINE = /^\[pid:\d+\] ((?:\w+::)*\w+)\(\) \| /;

type Followed = {
  transport: types.Transport;
  producers: Set<types.Producer>;
  consumers: Set<types.Consumer>;
};

const path = process.env[SOCKET_VARIABLE];
// The server's children inherit what it was told, and carry no media.
if (path !== undefined && process.argv[1]?.endsWith('server/src/main.ts')) tell(path);

function tell(path: string): void {
  const followed = new Map<string, Followed>();
  const places = new Map<string, number>();
  const count = (_: string, line: string) => {
    const place = LINE.exec(line)?.[1];
    if (place !== undefined) places.set(place, (places.get(place) ?? 0) + 1);
    else if (line.startsWith(LAST_WORDS)) process.stderr.write(`${line}\n`);
  };
  observer.on('newworker', (worker) => {
    // In place of the server's own, which would write tens of thousands of lines.
    setLogEventListeners({ ondebug: count, onwarn: count, onerror: count });
    // Some of what is refused is said at this level alone.
    void worker.updateSettings({ logLevel: 'debug', logTags: ['ice', 'dtls', 'rtp', 'srtp', 'rtcp', 'rtx'] });
    worker.observer.on('newrouter', (router) => {
      router.observer.on('newtransport', (transport) => follow(transport, followed));
    });
  });
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    text(socket)
      .then(async (question) => {
        if (question === MEMORY) return socket.end(JSON.stringify({ heldBytes: heldBytes() }));
        const figures = await read(followed.get(question));
        return socket.end(JSON.stringify({ ...figures, places: Object.fromEntries(places) }));
      })
      .catch(() => socket.destroy());
  }).listen(path);
}

function follow(transport: types.Transport, followed: Map<string, Followed>): void {
  const { id, observer: events } = transport;
  const one: Followed = { transport, producers: new Set(), consumers: new Set() };
  followed.set(id, one);
  events.on('newproducer', (producer) => one.producers.add(producer));
  events.on('newconsumer', (consumer) => one.consumers.add(consumer));
  events.once('close', () => followed.delete(id));
}

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What has closed has no figures any more. */
async function read(one: Followed | undefined) {
  const figures = async (open: Iterable<{ getStats(): Promise<unknown> }> = []) =>
    (await Promise.allSettled([...open].map((each) => each.getStats()))).flatMap((settled) =>
      settled.status === 'fulfilled' ? settled.value : [],
    );
  return {
    transport: await figures(one === undefined ? [] : [one.transport]),
    producers: await figures(one?.producers),
    consumers: await figures(one?.consumers),
  };
}
