import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { MonitorServer, type MonitorConnection } from '../testing/monitor-server.ts';
import { eventually } from '../testing/wait.ts';
import { SwarmViewer } from './swarm-viewer.ts';

/** Longer than a viewer waits before it comes back the first time. */
const LASTING_MS = 1_500;

// A media worker is started for each test: on two busy cores that takes seconds.
jest.setTimeout(60_000);

describe('a viewer of the swarm', () => {
  let server: MonitorServer;
  let viewer: SwarmViewer;

  beforeEach(async () => {
    server = await MonitorServer.start();
    viewer = new SwarmViewer({
      ...{ server: server.url, token: 'token', roomId: 'ward-a' },
      ...{ tiles: 1, offset: 0, tileWidth: 320, tileHeight: 240, focused: 0 },
    });
    await viewer.begun;
  });
  afterEach(async () => {
    viewer.close();
    await server.close();
  });

  /** A connection beside the first one, on which the viewer watches and goes on watching. */
  const lastingReturn = () =>
    eventually('the viewer to be back for good', (): MonitorConnection | undefined => {
      const connection = server.connections.at(-1);
      const lasts = connection !== undefined && performance.now() - connection.since > LASTING_MS;
      return lasts && connection !== server.connections[0] && connection.socket.connected
        ? connection
        : undefined;
    });

  test('that lost its media comes back once, and stays', async () => {
    server.connections[0]?.transport?.close();
    const { transport } = await lastingReturn();
    expect(transport?.dtlsState).toBe('connected');
    expect(server.connections).toHaveLength(2);
    expect(viewer.take(performance.now()).disconnects).toBe(1);
  });

  test('comes back to a server that sent it away and refused it for a while', async () => {
    server.refuse = new HavenError('OVERLOADED', undefined, { retryAfterMs: 10 });
    server.connections[0]?.socket.disconnect(true);
    await eventually('a second refusal', () => server.refused >= 2);
    server.refuse = undefined;
    await lastingReturn();
    expect(viewer.take(performance.now()).disconnects).toBe(1);
  });
});
