import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { IncomingPipe } from '../../sfu/node-pipe.ts';
import { publishRtp } from '../../testing/scenes.ts';
import { TestServer } from '../../testing/test-server.ts';
import { PipeHost } from './pipe-host.ts';

const NODE = 'b';

describe('pipes to another node', () => {
  let server: TestServer;
  let host: PipeHost;
  let streamId: string;
  let to: IncomingPipe['end'];

  beforeEach(async () => {
    server = await TestServer.start();
    ({ streamId } = await publishRtp(server, 'P-101'));
    host = new PipeHost(server.sfu, server.sfu.pipeListening);
    const { mediaWorker } = await server.sfu.openViewer();
    to = (await IncomingPipe.open(mediaWorker.router, server.sfu.pipeListening)).end;
  });
  afterEach(async () => {
    host.close();
    await server.close();
  });

  const carried = () => server.sfu.observation.census.totals;

  test.each<[string, (pipeId: string) => unknown]>([
    ['the node is gone', () => host.closeAllOf(NODE)],
    ['it is closed', (pipeId) => host.handlersFor(NODE)['pipe:close']({ pipeId })],
    ['the server stops', () => host.close()],
  ])('leave nothing when %s while they open', async (_what, interrupt) => {
    const before = carried();
    const pipeId = randomUUID();
    const opening = host.handlersFor(NODE)['pipe:open']({ pipeId, streamId, to });
    interrupt(pipeId);
    await expect(opening).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
    expect(host.size).toBe(0);
    expect(carried()).toEqual(before);
  });

  test('are listed for the node that asked for them, with what it demanded', async () => {
    const handlers = host.handlersFor(NODE);
    const [first, second] = [randomUUID(), randomUUID()];
    const open = async (pipeId: string) => handlers['pipe:open']({ pipeId, streamId, to });
    const opening = Promise.all([first, second].map(open));
    const all = [first, second].map((pipeId) => ({ pipeId, maxSpatialLayer: null }));
    expect(await handlers['pipe:list']({})).toEqual({ pipes: all });
    await opening;
    await handlers['pipe:demand']({ pipeId: second, maxSpatialLayer: 1 });
    expect(await handlers['pipe:list']({})).toEqual({
      pipes: [all[0], { pipeId: second, maxSpatialLayer: 1 }],
    });
    expect(await host.handlersFor('c')['pipe:list']({})).toEqual({ pipes: [] });
    await host.handlersFor('c')['pipe:close']({ pipeId: first });
    expect(host.size).toBe(2);
    await handlers['pipe:close']({ pipeId: first });
    expect(host.size).toBe(1);
  });
});
