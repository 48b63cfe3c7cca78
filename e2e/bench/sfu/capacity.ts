import { setTimeout as sleep } from 'node:timers/promises';
import { summarise, summariseJoins } from '../../../device/src/swarm/summary.ts';
import type { LoopedLayer } from '../../../device/src/swarm/looped-clip.ts';
import { LoadedServer, type WallSize } from '../../load/loaded-server.ts';
import { machineTime } from '../../load/machine.ts';
import { cpuSeconds } from '../../support/process-usage.ts';
import { readMetrics } from '../../support/metrics.ts';
import { Bare } from './bare.ts';
import { CpuShare } from './cpu-share.ts';
import { say } from './table.ts';

const FRAMES_PER_SECOND = 15;
const PUBLISHERS = 12;
/** Large enough for the layer at all its frames. */
const SIZE: WallSize = { tiles: 12, tileWidth: 1280, tileHeight: 960, focused: 0 };
const WHOLE = { spatialLayer: 0, temporalLayer: 2 };
const JOINS_PER_SECOND = 5;
/** Joining viewers cost key frames and handshakes, and the estimate of their paths grows, ms. */
const SETTLE_MS = 8_000;
/** A worker beyond it is saturated, of what it may have, and so is the swarm, which is one process: of a core. */
const SATURATED = 0.97;
/** Of all cores: what runs on this machine waits for a processor. */
const MACHINE_SATURATED = 0.95;
const COLUMN_WIDTH = 13;
/** Steps beyond saturation, to show what viewers see there. */
const STEPS_PAST = 1;
const STEPS_PAST_WITH_SHARE = 4;
/** Among which the worker's cost of a packet is told for light load, of a core. */
const LIGHT: readonly [number, number] = [0.2, 0.7];

export type Rate = { name: string; layer: LoopedLayer };
export const RATES: readonly Rate[] = [
  { name: '150 kbit/s', layer: { width: 160, height: 120, bitrate: 150_000 } },
  { name: '1 Mbit/s', layer: { width: 640, height: 480, bitrate: 1_000_000 } },
];

/** What carries the walls. */
export const FORWARDERS = ['bare', 'haven'] as const;
export type Forwarder = (typeof FORWARDERS)[number];

async function open(forwarder: Forwarder, layer: LoopedLayer): Promise<Bare | LoadedServer> {
  const load = { publishers: PUBLISHERS, layers: [layer], framesPerSecond: FRAMES_PER_SECOND };
  if (forwarder === 'bare') return await Bare.open({ ...load, sent: WHOLE });
  // No limit but the machine's.
  return await LoadedServer.open({
    ...load,
    settings: { HAVEN_MEDIA_WORKERS: '1', HAVEN_MAX_VIEWERS: '10000', HAVEN_MAX_CONNECTIONS: '10000' },
  });
}

/**
 * Adds walls to one worker until it, the swarm or the machine is saturated, and says what they see then: in bare
 * mediasoup, and in Haven, which gives up layers and refuses newcomers before (column `step` of
 * `haven_degradation_step`).
 *
 * @param step walls that join at once
 * @param most walls at which it ends at the latest
 * @param seconds of measurement at each step
 * @param share of a core that the worker may have, so that it is at its end before the swarm, which shares the machine
 */
export async function findCapacity(
  forwarder: Forwarder,
  { name, layer }: Rate,
  { step, most, seconds, share }: { step: number; most: number; seconds: number; share: number },
): Promise<void> {
  say(
    `\n(c) ${forwarder}, one worker${share < 1 ? ` of ${share} cores` : ''}, streams of ${name}, ${FRAMES_PER_SECOND} pictures a second, walls of ${SIZE.tiles}`,
  );
  const carrier = await open(forwarder, layer);
  const bounded = share < 1 ? CpuShare.of(carrier.workerPid, share) : undefined;
  const stepsPast = bounded === undefined ? STEPS_PAST : STEPS_PAST_WITH_SHARE;
  try {
    columns(...['consumers', 'packets/s', 'worker', 'lost %', 'repaired %', 'freezes/min', 'jitter p95']);
    let past = 0;
    const light: number[] = [];
    for (let viewers = step; viewers <= most && past <= stepsPast; viewers += step) {
      const joins = summariseJoins(await carrier.watch(step, SIZE, JOINS_PER_SECOND));
      await sleep(SETTLE_MS);
      await carrier.swarm.take();
      const { walls, cores } = await measure(carrier, seconds);
      const end = endOf(cores, share);
      if (end !== undefined) past += 1;
      if (cores.worker >= LIGHT[0] && cores.worker <= LIGHT[1]) light.push(walls.tiles / cores.worker);
      columns(
        `${walls.tiles}`,
        walls.packetRate.toFixed(0),
        cores.worker.toFixed(2),
        (100 * walls.lostShare).toFixed(2),
        (100 * walls.repairedShare).toFixed(2),
        ((60 * walls.freezes) / walls.seconds).toFixed(0),
        walls.jitter.p95.toFixed(0),
      );
      const degradation = carrier instanceof Bare ? undefined : await degradationOf(carrier);
      say(
        [
          `      all tiles p95 ${joins.allTiles.p95.toFixed(0)} ms`,
          ...(joins.watching < step
            ? [`${step - joins.watching} not let in: ${JSON.stringify(joins.refused)}`]
            : []),
          ...(degradation === undefined ? [] : [`stills ${walls.stills}, step ${degradation}`]),
          `Node ${cores.node.toFixed(2)}, swarm ${cores.swarm.toFixed(2)} cores, machine ${(100 * cores.machine).toFixed(0)} %`,
          ...(end === undefined ? [] : [`${end} at its end`]),
        ].join('; '),
      );
      if (joins.watching === 0) break;
    }
    if (light.length > 0) {
      const mean = light.reduce((sum, value) => sum + value, 0) / light.length;
      say(`  consumers a core, from light load: ${mean.toFixed(0)}`);
    }
  } finally {
    await carrier.close();
    await bounded?.release();
  }
}

function columns(...cells: string[]): void {
  say(cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join(''));
}

async function degradationOf({ server }: LoadedServer): Promise<string> {
  return (await readMetrics(server)).get('haven_degradation_step')?.toFixed(0) ?? 'unknown';
}

/** What cannot do more. */
function endOf(cores: { worker: number; swarm: number; machine: number }, share: number): string | undefined {
  if (cores.worker >= SATURATED * share) return 'the worker is';
  if (cores.machine >= MACHINE_SATURATED) return 'the machine is';
  return cores.swarm >= SATURATED ? 'the swarm is' : undefined;
}

async function measure({ swarm, workerPid, nodePid }: Bare | LoadedServer, seconds: number) {
  const used = (pid: number) => cpuSeconds(pid) ?? 0;
  const [worker, node, machine] = [used(workerPid), used(nodePid), machineTime()];
  await sleep(1000 * seconds);
  const end = machineTime();
  const walls = summarise(await swarm.take());
  const cores = {
    worker: (used(workerPid) - worker) / walls.seconds,
    node: (used(nodePid) - node) / walls.seconds,
    swarm: walls.cores,
    machine: (end.busy - machine.busy) / (end.total - machine.total),
  };
  return { walls, cores };
}
