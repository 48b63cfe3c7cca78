import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { hasRedis } from '../../records/testing/redis.ts';
import { IncomingPipe } from '../../sfu/node-pipe.ts';
import { NODE_SECRET } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { consume, publishRtp, watch } from '../../testing/scenes.ts';
import { TestClient } from '../../testing/test-client.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { TwoNodes } from '../../testing/two-nodes.ts';
import { NODE_NAMESPACE, nodeRequests, type NodeRequests } from './node-signalling.ts';
import { COMPARE_INTERVAL_MS } from './remote-pipes.ts';

(hasRedis() ? describe : describe.skip)('streams that one node sends to another', () => {
  let nodes: TwoNodes;
  let a: TestServer;
  let b: TestServer;
  /** Another connection of b to a, by which a hears what b does not know that it said. */
  let astray: TestClient<NodeRequests>;

  beforeEach(async () => {
    nodes = await TwoNodes.start();
    ({ a, b } = nodes);
    astray = new TestClient(a.url + NODE_NAMESPACE, nodeRequests, {
      auth: { node: 'b', secret: NODE_SECRET, bootId: randomUUID() },
    });
    await astray.connected();
  }, 20_000);
  afterEach(async () => {
    astray.close();
    await nodes.close();
  }, 20_000);

  /** A viewer at b watches a patient of a. */
  async function scene() {
    const { streamId } = await publishRtp(a, 'P-101');
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    const { monitor } = await watch(b);
    const { consumerId } = await consume(monitor, streamId);
    await monitor.request('consumer:resume', { consumerId });
    await eventually(async () => (await sent())[0]?.maxSpatialLayer === 0, 'a knows what is watched');
    return { monitor, streamId, consumerId };
  }
  const sent = async () => (await astray.request('pipe:list', {})).pipes;
  const compared = () => b.advance(COMPARE_INTERVAL_MS);

  test('are sent no more when the media worker died that they came to', async () => {
    await scene();
    for (const pid of b.sfu.stats().pids) process.kill(pid, 'SIGKILL');
    await eventually(() => a.gauge('haven_cluster_pipes') === 0, 'the pipe is closed');
  });

  test('are sent no more when the other node asked for them and does not know it', async () => {
    const { streamId } = await scene();
    const { mediaWorker } = await b.sfu.openViewer();
    const to = (await IncomingPipe.open(mediaWorker.router, b.sfu.pipeListening)).end;
    const pipeId = randomUUID();
    await astray.request('pipe:open', { pipeId, streamId, to });
    await astray.request('pipe:demand', { pipeId, maxSpatialLayer: 1 });
    expect(a.gauge('haven_cluster_pipes')).toBe(2);
    compared();
    await eventually(() => a.gauge('haven_cluster_pipes') === 1, 'what nobody wants is closed');
    expect((await sent()).map((pipe) => pipe.pipeId)).not.toContain(pipeId);
  });

  test('are sent as they are watched, also when a demand got lost', async () => {
    await scene();
    const [pipe] = await sent();
    await astray.request('pipe:demand', { pipeId: pipe!.pipeId, maxSpatialLayer: null });
    compared();
    await eventually(async () => (await sent())[0]?.maxSpatialLayer === 0, 'it is demanded again');
  });

  test('are asked for again when the pipe is gone without a word', async () => {
    const { monitor, streamId, consumerId } = await scene();
    const [pipe] = await sent();
    await astray.request('pipe:close', { pipeId: pipe!.pipeId });
    compared();
    expect(await monitor.hears('consumer:closed')).toMatchObject({ consumerId });
    await consume(monitor, streamId);
    expect(await sent()).toHaveLength(1);
    expect((await sent())[0]?.pipeId).not.toBe(pipe?.pipeId);
  });
});
