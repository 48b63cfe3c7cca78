import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { OutgoingPipe, type PipeListening } from './node-pipe.ts';
import { RemoteStreams } from './remote-streams.ts';
import type { PipeOpener, RemoteStream } from './remote-stream.ts';
import { PIPE_LINGER_MS } from './stream-pipes.ts';
import type { Stream } from './stream.ts';
import type { Viewer } from './viewer.ts';

const LISTENING: PipeListening = { announcedAddress: undefined, portRange: undefined };

describe('a stream of another node', () => {
  let near: TestServer;
  let far: TestServer;
  let stream: Stream;
  let remote: RemoteStream;
  let pipes: Map<string, OutgoingPipe>;
  let demands: (number | null)[];
  let losses: (() => void)[];
  let reachable: boolean;
  let answered: 'in time' | 'too late' | 'wrongly';
  const now = { ms: 0 };

  const opener: PipeOpener = {
    async open({ pipeId, to, lost }) {
      if (!reachable) throw new HavenError('TIMEOUT');
      const pipe = await OutgoingPipe.open(stream, to, LISTENING);
      pipes.set(pipeId, pipe);
      losses.push(lost);
      if (answered === 'too late') throw new HavenError('TIMEOUT');
      const { rtpParameters } = pipe;
      if (answered === 'wrongly') return { from: pipe.end, rtpParameters: { ...rtpParameters, codecs: [] } };
      return { from: pipe.end, rtpParameters };
    },
    demand: (pipeId, layer) => {
      demands.push(layer);
      pipes.get(pipeId)?.demand(layer);
    },
    close: (pipeId) => {
      pipes.get(pipeId)?.close();
      pipes.delete(pipeId);
    },
  };

  beforeEach(async () => {
    pipes = new Map();
    demands = [];
    losses = [];
    reachable = true;
    answered = 'in time';
    now.ms = 0;
    [near, far] = await Promise.all([TestServer.start(), TestServer.start({ HAVEN_MEDIA_WORKERS: '2' })]);
    const { streamId } = await publishRtp(near, 'P-101');
    stream = near.sfu.streams.get(streamId)!;
    const { identity, mimeType, state, sizes } = stream;
    const streams = new RemoteStreams(LISTENING, () => now.ms);
    remote = streams.learn('near', { identity, mimeType, state, sizes }, opener)!;
  });
  afterEach(() => Promise.all([near.close(), far.close()]));

  const consume = (viewer: Viewer) => viewer.consume(remote, viewer.routerRtpCapabilities);

  test('is brought here once, however many watch it on whichever workers', async () => {
    const viewers = await Promise.all(Array.from({ length: 8 }, () => far.sfu.openViewer()));
    expect(new Set(viewers.map(({ mediaWorker }) => mediaWorker)).size).toBe(2);
    const consumers = await Promise.all(viewers.map(consume));
    expect(pipes.size).toBe(1);
    expect(consumers).toHaveLength(8);
    await Promise.all(viewers.map((viewer, index) => viewer.resume(consumers[index]!.consumerId)));
    await eventually(() => demands.at(-1) === 0, 'its node hears that the low layer is watched');
  });

  test('is let go of some time after the last viewer left, and brought anew for the next', async () => {
    const viewer = await far.sfu.openViewer();
    for (let round = 0; round < 2; round++) {
      const { consumerId } = await consume(viewer);
      viewer.closeConsumer(consumerId);
      now.ms += PIPE_LINGER_MS - 1;
      await remote.examine();
      expect(pipes.size).toBe(1);
      now.ms += 1;
      await remote.examine();
      expect(pipes.size).toBe(0);
      expect(remote.arrives).toBe(false);
    }
  });

  test('cannot be watched while its node is not reached, and can when it is again', async () => {
    const viewer = await far.sfu.openViewer();
    reachable = false;
    await expect(consume(viewer)).rejects.toMatchObject({ code: 'TIMEOUT' });
    reachable = true;
    await expect(consume(viewer)).resolves.toHaveProperty('consumerId');
  });

  test.each(['too late', 'wrongly'] as const)(
    'leaves no pipe when its node answers %s, and can be watched later',
    async (how) => {
      const viewer = await far.sfu.openViewer();
      answered = how;
      await expect(consume(viewer)).rejects.toThrow();
      expect(pipes.size).toBe(0);
      answered = 'in time';
      await consume(viewer);
      expect(pipes.size).toBe(1);
    },
  );

  test('runs on when its node is not reached any more', async () => {
    const viewer = await far.sfu.openViewer();
    const { consumerId } = await consume(viewer);
    await viewer.resume(consumerId);
    reachable = false;
    let bitrate = 0;
    const timer = setInterval(() => void remote.examine().then(() => (bitrate = remote.lowestBitrate)), 200);
    await eventually(() => bitrate > 0, 'packets arrive', 10_000);
    clearInterval(timer);
  });

  test('ends for its viewers with the word of its node, and leaves no pipe', async () => {
    const viewer = await far.sfu.openViewer();
    const closed: string[] = [];
    viewer.on('consumerclosed', ({ reason }) => closed.push(reason));
    await consume(viewer);
    remote.end('device-stopped');
    expect(closed).toEqual(['device-stopped']);
    expect(pipes.size).toBe(0);
    await expect(consume(viewer)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
  });

  test('is brought anew when the worker here that it came to died', async () => {
    const [first] = await Promise.all([far.sfu.openViewer()]);
    await consume(first);
    process.kill(first.mediaWorker.pid, 'SIGKILL');
    await eventually(() => !remote.arrives, 'it does not arrive any more');
    expect(pipes.size).toBe(0);
    const second = await far.sfu.openViewer();
    await expect(consume(second)).resolves.toHaveProperty('consumerId');
    expect(pipes.size).toBe(1);
  });

  test('tells its viewers when its node has lost the pipe, and is brought anew', async () => {
    const viewer = await far.sfu.openViewer();
    const closed: string[] = [];
    viewer.on('consumerclosed', ({ consumerId }) => closed.push(consumerId));
    const { consumerId } = await consume(viewer);
    losses[0]!();
    await eventually(() => closed.includes(consumerId), 'the viewer is told');
    expect(remote.arrives).toBe(false);
    await consume(viewer);
    expect(pipes.size).toBe(1);
  });

  test('is paused here too while its picture is paused for privacy', async () => {
    const viewer = await far.sfu.openViewer();
    await consume(viewer);
    const { state, sizes } = stream;
    const privacy = { reason: 'visit', by: 'bedside', since: 0, until: 60_000 } as const;
    remote.update({ ...state, privacy }, sizes);
    const lent = await remote.lendProducer(viewer.mediaWorker);
    await eventually(() => lent.producer.paused, 'it is paused');
    remote.update({ ...state, privacy: null }, sizes);
    await eventually(() => !lent.producer.paused, 'it goes on');
    lent.release();
  });
});
