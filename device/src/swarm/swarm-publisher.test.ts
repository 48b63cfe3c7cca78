import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { DeviceServer } from '../testing/device-server.ts';
import { eventually } from '../testing/wait.ts';
import { SwarmPublisher } from './swarm-publisher.ts';

const FRAME = {
  ...{ timeMs: 0, key: true, data: Buffer.alloc(1000) },
  temporal: { layer: 0, disposable: false, sync: false },
} as const;

// A media worker is started for each test: on two busy cores that takes seconds.
jest.setTimeout(60_000);

describe('a publisher of the swarm', () => {
  let server: DeviceServer;
  let publisher: SwarmPublisher;

  beforeEach(async () => {
    server = await DeviceServer.start();
    publisher = await SwarmPublisher.begin({
      ...{ server: server.url, token: 'token', patientId: 'P-101', scalabilityMode: 'L1T1' },
      layers: [{ layer: { width: 160, height: 120, bitrate: 150_000 }, frames: [FRAME] }],
      ...{ loopMs: 50, answersKeyFrameRequests: true },
    });
  });
  afterEach(async () => {
    publisher.close();
    await server.close();
  });

  /** What it tells, once it has told so much of losses and returns. */
  const told = (lost: number, cameBack: number, away: boolean) => {
    const sum = { lost: 0, cameBack: 0 };
    return eventually(`${lost} losses and ${cameBack} returns`, () => {
      const taken = publisher.take();
      sum.lost += taken.lost;
      sum.cameBack += taken.cameBack;
      return sum.lost === lost && sum.cameBack === cameBack && taken.away === away;
    });
  };

  test('that lost its stream publishes it again, and tells of both', async () => {
    server.streams[0]?.transport.close();
    await told(1, 1, false);
    publisher.device?.play(performance.now());
    await eventually('its packets', async () => {
      const statistics = await server.producing?.producer.getStats();
      return statistics?.some(({ packetCount }) => packetCount > 0);
    });
    expect(server.streams).toHaveLength(2);
  });

  test('keeps asking a server that has no place for it, and tells that it is away', async () => {
    server.refuse.claim = new HavenError('CAPACITY_EXCEEDED', undefined, { retryAfterMs: 10 });
    server.streams[0]?.transport.close();
    await told(1, 0, true);
    await eventually('further claims', () => server.claims >= 3);
    server.refuse.claim = undefined;
    await told(0, 1, false);
  });

  test('whose session is not taken up after a lost connection publishes anew', async () => {
    server.streams[0]?.socket.disconnect(true);
    await told(1, 1, false);
  });

  test('stays away after another one took its place', async () => {
    const [stream] = server.streams;
    stream.socket.emit('stream:ended', { streamId: stream.streamId, reason: 'superseded' });
    await told(1, 0, true);
    expect(server.claims).toBe(1);
  });
});
