import { setTimeout as sleep } from 'node:timers/promises';
import { summarise } from '../../../device/src/swarm/summary.ts';
import type { Swarm } from '../../../device/src/swarm/swarm.ts';
import { LoadedServer, type WallSize } from '../../load/loaded-server.ts';
import { SIMULCAST } from '../../load/loops.ts';
import { cpuSeconds } from '../../support/process-usage.ts';
import { quantile } from '../figures.ts';
import { Bare } from './bare.ts';
import { row, say } from './table.ts';

const FRAMES_PER_SECOND = 30;
/** Tiles that take the lower layer at all its frames. */
const SIZE: WallSize = { tiles: 12, tileWidth: 480, tileHeight: 360, focused: 0 };
const LAYER = { spatialLayer: 0, temporalLayer: 2 };
const PUBLISHERS = 12;
/** After a change of sides: key frames, and the estimate of the path, ms. */
const SETTLE_MS = 4_000;
/** Haven, bare, bare, Haven: what drifts over time meets both alike. */
const ORDER = ['haven', 'bare', 'bare', 'haven'] as const;

type Side = {
  swarm: Swarm;
  workerPid: number;
  cost: number[];
  rates: number[];
  pictures: number[];
  lost: number[];
};

/**
 * The media worker's CPU time for a million packets to viewers, in Haven and in bare mediasoup, under the same traffic
 * in turns.
 *
 * @param rounds of four segments
 * @param seconds of one segment
 */
export async function compareWithBare(viewers: number, rounds: number, seconds: number): Promise<void> {
  say(
    `\n(a) Haven beside bare mediasoup: ${PUBLISHERS} publishers, ${viewers} viewers with ${SIZE.tiles} tiles,`,
  );
  say(`    one worker each, ABBA × ${rounds}, segments of ${seconds} s`);
  const loaded = await LoadedServer.open({
    publishers: PUBLISHERS,
    layers: SIMULCAST,
    framesPerSecond: FRAMES_PER_SECOND,
    settings: { HAVEN_MEDIA_WORKERS: '1' },
  });
  let bare: Bare | undefined;
  try {
    await loaded.watch(viewers, SIZE, 5);
    await loaded.swarm.play(false);
    bare = await Bare.open({
      ...{ publishers: PUBLISHERS, layers: SIMULCAST, framesPerSecond: FRAMES_PER_SECOND, sent: LAYER },
    });
    await bare.watch(viewers, SIZE, 5);
    await bare.swarm.play(false);
    const side = (swarm: Swarm, workerPid: number): Side => ({
      swarm,
      workerPid,
      cost: [],
      rates: [],
      pictures: [],
      lost: [],
    });
    const sides = { haven: side(loaded.swarm, loaded.workerPid), bare: side(bare.swarm, bare.workerPid) };
    for (let segment = 0; segment < rounds * ORDER.length; segment++) {
      await measureSegment(sides[ORDER[segment % ORDER.length]], seconds);
    }
    report(sides.haven, sides.bare);
  } finally {
    bare?.close();
    await loaded.close();
  }
}

async function measureSegment(
  { swarm, workerPid, cost, rates, pictures, lost }: Side,
  seconds: number,
): Promise<void> {
  await swarm.play(true);
  await sleep(SETTLE_MS);
  await swarm.take();
  const before = cpuSeconds(workerPid) ?? 0;
  await sleep(1000 * seconds);
  const used = (cpuSeconds(workerPid) ?? 0) - before;
  const walls = summarise(await swarm.take());
  await swarm.play(false);
  cost.push((1e6 * used) / (walls.packetRate * walls.seconds));
  rates.push(walls.packetRate);
  pictures.push(walls.pictureRate);
  lost.push(walls.lostShare);
}

function report(haven: Side, bare: Side): void {
  const cells = (values: number[], digits: number) =>
    [quantile(values, 0.5), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  row('', 'median', 'least', 'most');
  row('Haven: CPU s a million packets', ...cells(haven.cost, 2));
  row('bare: CPU s a million packets', ...cells(bare.cost, 2));
  row('Haven: packets a second', ...cells(haven.rates, 0));
  row('bare: packets a second', ...cells(bare.rates, 0));
  row('Haven: a tile’s pictures a second', ...cells(haven.pictures, 1));
  row('bare: a tile’s pictures a second', ...cells(bare.pictures, 1));
  // Each Haven segment beside its neighbour without Haven.
  const ratios = haven.cost.map((value, index) => value / bare.cost[index]);
  row('ratio of neighbours', ...cells(ratios, 3));
  row('ratio of the medians', (quantile(haven.cost, 0.5) / quantile(bare.cost, 0.5)).toFixed(3), 'goal 1.05');
  row('packets lost, most', `${(100 * Math.max(...haven.lost, ...bare.lost)).toFixed(3)} %`);
}
