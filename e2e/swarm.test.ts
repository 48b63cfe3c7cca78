/** The load generator against a whole server: what it counts is what load tests report. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  summarise,
  summariseJoins,
  summarisePublishers,
  type WallSummary,
} from '../device/src/swarm/summary.ts';
import { LoadedServer } from './load/loaded-server.ts';
import { until } from './support/process.ts';

const PUBLISHERS = 3;
const VIEWERS = 2;
const SIZE = { tiles: PUBLISHERS, tileWidth: 320, tileHeight: 240, focused: 0 };

describe('A swarm', () => {
  let loaded: LoadedServer;

  beforeAll(async () => {
    loaded = await LoadedServer.open({
      publishers: PUBLISHERS,
      layers: [{ width: 160, height: 120, bitrate: 150_000 }],
      framesPerSecond: 15,
      settings: { HAVEN_MAX_VIEWERS: String(VIEWERS), HAVEN_MEDIA_WORKERS: '1' },
    });
  }, 120_000);
  afterAll(() => loaded.close(), 30_000);

  /** From now on until the condition holds. */
  const observe = async (condition: (walls: WallSummary) => boolean) =>
    until('what the walls see', 20_000, async () => {
      await loaded.swarm.take();
      await sleep(2000);
      const walls = summarise(await loaded.swarm.take());
      return condition(walls) ? walls : undefined;
    });

  test('publishes and watches: pictures come in every tile, nothing is lost, and the samples are genuine', async () => {
    const joins = summariseJoins(await loaded.watch(VIEWERS, SIZE, 5));
    expect(joins).toMatchObject({ watching: VIEWERS, refused: {} });
    expect(joins.allTiles.p95).toBeGreaterThan(joins.joined.p50);
    const walls = await observe(({ pictureRate }) => pictureRate > 3);
    expect(walls).toMatchObject({
      viewers: VIEWERS,
      tiles: VIEWERS * PUBLISHERS,
      lostShare: 0,
      disconnects: 0,
    });
    expect(walls.samples.genuine).toBeGreaterThan(0);
    expect(walls.samples.forged).toBe(0);
  }, 60_000);

  test('tells by which code a server that is full refuses', async () => {
    const { watching, refused } = summariseJoins(await loaded.watch(1, SIZE, 5));
    expect(watching).toBe(0);
    expect(Object.keys(refused)).toEqual([expect.stringMatching(/^(CAPACITY_EXCEEDED|OVERLOADED)$/)]);
  }, 60_000);

  test('sees that pictures stop and go on, when its publishers do', async () => {
    await loaded.swarm.play(false);
    await observe(({ packetRate }) => packetRate === 0);
    await loaded.swarm.play(true);
    await observe(({ pictureRate }) => pictureRate > 3);
  }, 60_000);

  test('comes back after the media worker died, each publisher and each wall once, and tells so', async () => {
    await loaded.swarm.take();
    process.kill(loaded.workerPid, 'SIGKILL');
    const seen = { lost: 0, cameBack: 0, disconnects: 0 };
    // A wall takes its path for lost after 30 s without an answer.
    await until('all pictures to be back', 100_000, async () => {
      await sleep(1000);
      const figures = await loaded.swarm.take();
      const [walls, publishers] = [summarise(figures), summarisePublishers(figures)];
      seen.lost += publishers.lost;
      seen.cameBack += publishers.cameBack;
      seen.disconnects += walls.disconnects;
      const whole = walls.tiles === VIEWERS * PUBLISHERS && walls.pictureRate > 3;
      return whole && seen.disconnects > 0 && publishers.away === 0;
    });
    expect(seen).toEqual({ lost: PUBLISHERS, cameBack: PUBLISHERS, disconnects: VIEWERS });
  }, 120_000);
});
