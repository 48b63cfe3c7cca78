import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import type { Stream } from './stream.ts';
import { PIPE_LINGER_MS } from './stream-pipes.ts';
import type { Viewer } from './viewer.ts';

describe('a stream with viewers on another worker', () => {
  let server: TestServer;
  let stream: Stream;
  let far: Viewer[];

  beforeEach(async () => {
    server = await TestServer.start({ HAVEN_MEDIA_WORKERS: '2' });
    const { streamId } = await publishRtp(server, 'P-101');
    stream = server.sfu.streams.get(streamId)!;
    const viewers = await Promise.all(Array.from({ length: 8 }, () => server.sfu.openViewer()));
    far = viewers.filter(({ mediaWorker }) => mediaWorker !== stream.mediaWorker);
  });
  afterEach(() => server.close());

  const consumeOn = (viewer: Viewer) => viewer.consume(stream, viewer.routerRtpCapabilities);

  /** What mediasoup itself says that the two workers carry, of producers and of consumers. */
  async function carried(): Promise<{ producers: number; consumers: number }> {
    const routers = [stream.mediaWorker.router, far[0]!.mediaWorker.router];
    const dumps = await Promise.all(routers.map((router) => router.dump()));
    return {
      producers: dumps.reduce((sum, dump) => sum + dump.mapProducerIdConsumerIds.length, 0),
      consumers: dumps.reduce((sum, dump) => sum + dump.mapConsumerIdProducerId.length, 0),
    };
  }

  test('is piped once, however many ask at the same time', async () => {
    expect(far.length).toBeGreaterThan(1);
    const before = await carried();
    await Promise.all(far.map(consumeOn));
    expect(stream.pipes).toBe(1);
    expect(await carried()).toEqual({
      producers: before.producers + 1,
      consumers: before.consumers + far.length + 1,
    });
  });

  test('has its pipe closed some time after the last of them left, and made anew for the next', async () => {
    const before = await carried();
    // In less time, as the server sees it, than a stream without packets may take.
    for (let round = 0; round < 2; round++) {
      const [first, second] = far;
      const consumers = [await consumeOn(first!), await consumeOn(second!)];
      first!.closeConsumer(consumers[0]!.consumerId);
      server.advance(PIPE_LINGER_MS);
      await stream.examine();
      expect(stream.pipes).toBe(1);
      second!.closeConsumer(consumers[1]!.consumerId);
      await stream.examine();
      expect(stream.pipes).toBe(1);
      server.advance(PIPE_LINGER_MS);
      await stream.examine();
      expect(stream.pipes).toBe(0);
      expect(await carried()).toEqual(before);
    }
  });

  test('has its pipe kept for whoever comes back in time', async () => {
    const viewer = far[0]!;
    const { consumerId } = await consumeOn(viewer);
    viewer.closeConsumer(consumerId);
    server.advance(PIPE_LINGER_MS - 1);
    await consumeOn(viewer);
    server.advance(PIPE_LINGER_MS);
    await stream.examine();
    expect(stream.pipes).toBe(1);
    expect(viewer.consumers).toBe(1);
  });

  test('is asked for its upper layer by whoever looks closely there', async () => {
    const demanded: number[] = [];
    stream.on('demand', (layer) => demanded.push(layer));
    const viewer = far[0]!;
    await stream.examine();
    server.advance(PIPE_LINGER_MS);
    await stream.examine();
    const { consumerId } = await consumeOn(viewer);
    await viewer.resume(consumerId);
    const { streamId } = stream;
    viewer.show([{ streamId, width: 1280, height: 720, visible: true, focused: true }]);
    expect(demanded).toEqual([0, 1]);
  });

  test('leaves nothing on either worker when it ends', async () => {
    await Promise.all(far.map(consumeOn));
    stream.end('device-stopped');
    await eventually(() => far.every(({ consumers }) => consumers === 0), 'all consumers are closed');
    await eventually(() => stream.pipes === 0, 'the pipe is closed');
    expect(await carried()).toEqual({ producers: 0, consumers: 0 });
    await expect(consumeOn(far[0]!)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
  });

  test('is piped anew when the other worker died', async () => {
    const viewer = far[0]!;
    await consumeOn(viewer);
    process.kill(viewer.mediaWorker.pid, 'SIGKILL');
    await eventually(() => viewer.closed && stream.pipes === 0, 'the pipe is gone');
    await eventually(() => server.sfu.stats().workers === 2, 'the worker is back');
    const next = await server.sfu.openViewer();
    await consumeOn(next);
    expect(next.mediaWorker).not.toBe(stream.mediaWorker);
    expect(stream.pipes).toBe(1);
  });
});
