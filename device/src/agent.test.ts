import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError, type ErrorCode } from '@haven/protocol';
import { pino } from 'pino';
import { DeviceAgent } from './agent.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { SyntheticSource } from './sources/synthetic-source.ts';
import { DeviceServer } from './testing/device-server.ts';
import { PictureChain } from './testing/picture-chain.ts';
import { movingBar } from './testing/pictures.ts';
import { countPictures, decodeAll } from './testing/tap.ts';
import { view } from './testing/viewer.ts';
import { eventually } from './testing/wait.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 15 };

// Encoders and a media worker are started for each test: on two busy cores that takes seconds.
jest.setTimeout(60_000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startServer(options: Parameters<typeof DeviceServer.start>[0] = {}): Promise<DeviceServer> {
  const server = await DeviceServer.start(options);
  closing.push(() => server.close());
  return server;
}

/** Starts an agent with a moving picture; `ended` settles as its `run()` does, `said` is what it warned of. */
async function startAgent(
  server: DeviceServer,
  layerCount = 2,
  framesPerSecond = 15,
): Promise<{ agent: DeviceAgent; ended: Promise<void>; said: string[] }> {
  const { width, height } = PICTURE;
  const said: string[] = [];
  const renderer = {
    frame: (seconds: number) => movingBar(width, height, Math.round(seconds * framesPerSecond)),
  };
  const agent = new DeviceAgent({
    signalling: { server: server.url, token: 'token', ca: undefined },
    patientId: 'P-101',
    source: new SyntheticSource(renderer, { ...PICTURE, framesPerSecond }),
    ffmpeg: await findFfmpeg(),
    layerCount,
    maxBitrate: Infinity,
    maxFramesPerSecond: framesPerSecond,
    log: pino({ level: 'warn' }, { write: (line) => said.push(line) }),
  });
  const ended = agent.run();
  ended.catch(() => undefined);
  closing.push(async () => {
    await agent.close();
    await ended.catch(() => undefined);
  });
  return { agent, ended, said };
}

async function publishing(server: DeviceServer) {
  return await eventually('a producer', () => server.producing);
}

describe('a device that publishes', () => {
  test('sends both layers, from which ffmpeg decodes moving pictures of the higher one', async () => {
    const server = await startServer();
    await startAgent(server);
    const { producer } = await publishing(server);
    expect(producer.type).toBe('simulcast');
    const ffmpeg = await findFfmpeg();
    const pictures = await decodeAll(server.router, producer.id, { ffmpeg, size: '320x240', count: 8 });
    expect(new Set(pictures).size).toBe(8);
  });

  test.each([1, 2])(
    'sends 30 pictures a second so that the SFU can pass on a half or a quarter, in %i sizes',
    async (layers) => {
      const server = await startServer();
      await startAgent(server, layers, 30);
      const { producer } = await publishing(server);
      // Of one time, so that a busy machine slows all alike.
      const counts = await Promise.all(
        [2, 1, 0].map((temporalLayer) => countPictures(server.router, producer.id, temporalLayer, 6000)),
      );
      const [all, half, quarter] = counts;
      expect(all).toBeGreaterThan(60);
      expect(Math.abs(half / all - 1 / 2)).toBeLessThan(0.06);
      expect(Math.abs(quarter / all - 1 / 4)).toBeLessThan(0.06);
    },
  );

  test('sends a single layer, from which ffmpeg decodes moving pictures', async () => {
    const server = await startServer();
    await startAgent(server, 1);
    const { producer } = await publishing(server);
    const ffmpeg = await findFfmpeg();
    const pictures = await decodeAll(server.router, producer.id, { ffmpeg, size: '320x240', count: 8 });
    expect(new Set(pictures).size).toBe(8);
  });

  test('answers a request for a key frame', async () => {
    const server = await startServer();
    await startAgent(server);
    const { producer } = await publishing(server);
    const { consumer, packets } = await view(server.router, producer.id);
    await eventually('the higher layer', () => packets.find(({ height }) => height === 240));
    await eventually('a second of video', () => packets.length > 40 || undefined);
    const seen = packets.length;
    await consumer.requestKeyFrame();
    await eventually('a key frame', () => packets.slice(seen).find(({ key }) => key));
  });

  test('sends again what the network loses', async () => {
    const server = await startServer({ loseEvery: 20 });
    await startAgent(server);
    const { producer } = await publishing(server);
    const { packets } = await view(server.router, producer.id);
    const start = await eventually('the higher layer', () => {
      const index = packets.findIndex(({ height }) => height === 240);
      return index === -1 ? undefined : index;
    });
    await eventually('video', () => packets.length > start + 120 || undefined);
    await eventually('losses', () => server.lost > 5 || undefined);
    await eventually('retransmissions', async () => {
      const stats = await producer.getStats();
      return stats.some(({ packetsRetransmitted }) => packetsRetransmitted > 4) || undefined;
    });
    // What was lost last is still on its way: all before it came, in whatever order.
    const numbers = new Set(packets.map(({ sequenceNumber }) => sequenceNumber));
    const settled = packets.slice(start, -60);
    const gaps = settled.filter(({ sequenceNumber }) => !numbers.has((sequenceNumber + 1) & 0xffff));
    expect(gaps).toEqual([]);
  });

  test.each([
    [0.3, 2, 10],
    [0.5, 1, 3],
  ])(
    'is still seen when %d of all packets are lost, in %i sizes',
    async (loss, layers, picturesPerSecond) => {
      const server = await startServer({ loss });
      await startAgent(server);
      const { producer } = await eventually(
        'as many sizes as such a link carries',
        () =>
          server.producing?.producer.rtpParameters.encodings?.length === layers
            ? server.producing
            : undefined,
        30_000,
      );
      const chain = await PictureChain.follow(server.router, producer.id, 0);
      const pictures = await eventually(
        'pictures',
        () => {
          const shown = chain.decodable();
          return shown.length > 10 * picturesPerSecond ? shown : undefined;
        },
        40_000,
      );
      const waits = pictures.slice(1).map((at, index) => at - pictures[index]);
      expect(Math.max(...waits)).toBeLessThan(10_000);
    },
    90_000,
  );

  test('reports its state', async () => {
    const server = await startServer();
    await startAgent(server);
    const state = await eventually('a state', () =>
      server.states.find(({ roundTripMs }) => roundTripMs !== null),
    );
    expect(state.layers).toEqual([
      { width: 160, height: 120 },
      { width: 320, height: 240 },
    ]);
    expect(state.framesPerSecond).toBeGreaterThan(5);
    expect(state.bitrate).toBeGreaterThan(20_000);
    expect(state.lossFraction).toBe(0);
  });

  test('says goodbye when it is closed', async () => {
    const server = await startServer();
    const { agent, ended } = await startAgent(server);
    const { streamId } = await publishing(server);
    await Promise.all([agent.close(), agent.close()]);
    await ended;
    expect(server.stopped).toEqual([streamId]);
  });
});

describe('a device goes on with its stream', () => {
  test('when the connection to the server breaks and is taken up', async () => {
    const server = await startServer();
    await startAgent(server);
    const { producer, socket } = await publishing(server);
    const { packets } = await view(server.router, producer.id);
    await eventually('video', () => packets.length > 10 || undefined);
    server.breakConnections();
    await eventually('the loss', () => !socket.connected || undefined);
    const seen = packets.length;
    await eventually('video meanwhile', () => packets.length > seen + 10 || undefined);
    const states = server.states.length;
    await eventually('states over the new connection', () => server.states.length > states + 1 || undefined);
    expect(server.claims).toBe(1);
    expect(producer.closed).toBe(false);
  });

  test('when the media path breaks, by another path under the same encryption', async () => {
    const server = await startServer({ loss: 0 });
    await startAgent(server);
    const { producer, transport } = await publishing(server);
    const { packets } = await view(server.router, producer.id);
    await eventually('video', () => packets.length > 10 || undefined);
    server.cutPaths(true);
    await eventually('a restart of ICE', () => server.iceRestarts > 0 || undefined);
    server.cutPaths(false);
    const seen = packets.length;
    await eventually('video again', () => packets.length > seen + 10 || undefined);
    expect(server.claims).toBe(1);
    expect(transport.dtlsState).toBe('connected');
  });
});

describe('a device publishes again by itself', () => {
  test('after the server was restarted', async () => {
    const server = await DeviceServer.start();
    await startAgent(server);
    await publishing(server);
    const { port } = server;
    await server.close();
    const restarted = await startServer({ port });
    const { producer } = await publishing(restarted);
    await eventually('video', async () => (await producer.getStats()).length === 2 || undefined);
  });

  test('after the media path alone died', async () => {
    const server = await startServer();
    await startAgent(server);
    const first = await publishing(server);
    first.transport.close();
    const second = await eventually('another stream', () =>
      server.producing?.streamId === first.streamId ? undefined : server.producing,
    );
    expect(second.socket.id).toBe(first.socket.id);
  });

  test('after the server ended the stream for a reason that passes', async () => {
    const server = await startServer();
    await startAgent(server);
    const { streamId, socket } = await publishing(server);
    socket.emit('stream:ended', { streamId, reason: 'media-worker-died' });
    await eventually('another stream', () => server.streams.length === 2 || undefined);
  });

  test('after it had sent far too much, as late as the server says', async () => {
    const server = await startServer();
    await startAgent(server);
    const { streamId, socket } = await publishing(server);
    server.refuse.claim = new HavenError('BITRATE_EXCEEDED', undefined, { retryAfterMs: 6_000 });
    socket.emit('stream:ended', { streamId, reason: 'bitrate-exceeded' });
    await eventually('a claim that is refused', () => server.claims === 2 || undefined);
    const refusedAt = performance.now();
    server.refuse.claim = undefined;
    await eventually('another stream', () => server.streams.length === 2 || undefined);
    expect(performance.now() - refusedAt).toBeGreaterThan(5_900);
  });

  test('once the patient’s former device is given up, and says meanwhile what it waits for', async () => {
    const taken = new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: 1_000 });
    const server = await startServer({ refuse: { claim: taken } });
    const { said } = await startAgent(server);
    await eventually('two claims', () => server.claims > 1 || undefined);
    expect(said.filter((line) => line.includes(`tried again in 1 s: ${taken.message}`))).not.toEqual([]);
    server.refuse.claim = undefined;
    await publishing(server);
  });

  test('once a server that was full has room', async () => {
    const server = await startServer({ refuse: { claim: new HavenError('CAPACITY_EXCEEDED') } });
    await startAgent(server);
    await eventually('two claims', () => server.claims > 1 || undefined);
    server.refuse.claim = undefined;
    await publishing(server);
  });
});

describe('a device gives up', () => {
  test.each(['UNAUTHENTICATED', 'TOKEN_REVOKED', 'PROTOCOL_VERSION'] as ErrorCode[])(
    'when its handshake is refused with %s',
    async (code) => {
      const server = await startServer({ refuse: { token: new HavenError(code) } });
      const { ended } = await startAgent(server);
      await expect(ended).rejects.toMatchObject({ code });
    },
  );

  test.each(['PATIENT_UNKNOWN', 'PATIENT_HAS_DEVICE'] as ErrorCode[])(
    'when its claim is refused with %s',
    async (code) => {
      const server = await startServer({ refuse: { claim: new HavenError(code) } });
      const { ended } = await startAgent(server);
      await expect(ended).rejects.toMatchObject({ code });
    },
  );

  test('when the same device publishes from elsewhere', async () => {
    const server = await startServer();
    const { ended } = await startAgent(server);
    const { streamId, socket } = await publishing(server);
    socket.emit('stream:ended', { streamId, reason: 'superseded' });
    await expect(ended).rejects.toMatchObject({ code: 'SUPERSEDED' });
  });

  test('when its token is revoked while it publishes', async () => {
    const server = await startServer();
    const { ended } = await startAgent(server);
    const { socket } = await publishing(server);
    socket.emit('session:ended', { code: 'TOKEN_REVOKED' });
    await expect(ended).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  });
});
