import { setTimeout as sleep } from 'node:timers/promises';
import {
  describeJoins,
  describePublishers,
  describeWalls,
  summarise,
  summariseJoins,
  summarisePublishers,
} from '../../../device/src/swarm/summary.ts';
import { LoadedServer, type WallSize } from '../../load/loaded-server.ts';
import { machineTime } from '../../load/machine.ts';
import { ServerCost } from '../../load/server-cost.ts';
import { list, say } from './table.ts';

const FRAMES_PER_SECOND = 15;
/** What a ward's devices send on a machine of two cores: the wall's layer, and one for who looks closer. */
const LAYERS = [
  { width: 160, height: 120, bitrate: 150_000 },
  { width: 320, height: 240, bitrate: 400_000 },
];
const SIZE: WallSize = { tiles: 12, tileWidth: 240, tileHeight: 180, focused: 0 };
const JOINS_PER_SECOND = 2;
const SETTLE_MS = 10_000;

/**
 * A whole ward: publishers and walls for minutes, then more walls up to `most`, and what is refused.
 *
 * @param seconds of the first measurement; the steps after it take a tenth of it, a minute at least
 */
export async function measureScale(
  publishers: number,
  viewers: number,
  most: number,
  seconds: number,
): Promise<void> {
  say(
    `\n(e) ${publishers} publishers and ${viewers} walls of ${SIZE.tiles} tiles for ${seconds} s, without CV`,
  );
  const loaded = await LoadedServer.open({
    publishers,
    layers: LAYERS,
    framesPerSecond: FRAMES_PER_SECOND,
    settings: { HAVEN_MAX_DEVICES: String(Math.ceil(publishers / 0.9) + 1), HAVEN_MAX_VIEWERS: '200' },
  });
  try {
    await step(loaded, viewers, seconds);
    const stepSeconds = Math.min(seconds, Math.max(60, seconds / 10));
    for (let watching = viewers; watching < most; watching += viewers) {
      await step(loaded, Math.min(viewers, most - watching), stepSeconds);
    }
  } finally {
    await loaded.close();
  }
}

async function step(loaded: LoadedServer, added: number, seconds: number): Promise<void> {
  say(`\n  ${added} walls join, ${JOINS_PER_SECOND} a second; then ${seconds} s`);
  list(describeJoins(summariseJoins(await loaded.watch(added, SIZE, JOINS_PER_SECOND))));
  await sleep(SETTLE_MS);
  await loaded.swarm.take();
  const cost = ServerCost.follow(loaded.server.program.pid);
  const before = machineTime();
  await sleep(1000 * seconds);
  const figures = await loaded.swarm.take();
  const machine = machineTime();
  list(describeWalls(summarise(figures)));
  list(describePublishers(summarisePublishers(figures)));
  cost.print();
  const share = (machine.busy - before.busy) / (machine.total - before.total);
  list([['the machine', `${(100 * share).toFixed(0)} %`]]);
}
