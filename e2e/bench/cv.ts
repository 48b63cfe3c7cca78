/**
 * `npm run bench:cv`: what the analysis of many live streams costs. Loops that were encoded before are published by a
 * light generator through the real SFU; CPU time, memory, latency and error are measured for Haven's parts and for the
 * generator apart.
 *
 * `HAVEN_BENCH_STREAMS` (such as 1,10,25,50,75), `HAVEN_BENCH_LAYERS` (1 or 2), `HAVEN_BENCH_FPS`, and
 * `HAVEN_BENCH_SECONDS` for each; by default 25 streams with simulcast and 50 with one layer for ten minutes each,
 * which is what fits on two cores beside the generator. Linux only: it reads /proc.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { machineConditions } from './figures.ts';
import { measure } from './cv/measurement.ts';
import { report } from './cv/report.ts';
import { describeWard, LoopedWard, type WardSize } from './cv/ward.ts';

const SECONDS = Number(process.env.HAVEN_BENCH_SECONDS ?? 600);
const FRAMES_PER_SECOND = Number(process.env.HAVEN_BENCH_FPS ?? 30);
/** Of which nothing is counted: the first windows fill, compilers and caches warm up, s. */
const WARM_UP_SECONDS = Number(process.env.HAVEN_BENCH_WARM_UP_SECONDS ?? 60);
/** Up to so many streams the generator's second layer fits beside Haven on two cores. */
const SIMULCAST_UP_TO = 25;

function wards(): WardSize[] {
  const counts = process.env.HAVEN_BENCH_STREAMS?.split(',').map(Number) ?? [25, 50];
  const layers = process.env.HAVEN_BENCH_LAYERS;
  return counts.map((streams) => ({
    streams,
    simulcast: layers === undefined ? streams <= SIMULCAST_UP_TO : layers === '2',
    framesPerSecond: FRAMES_PER_SECOND,
  }));
}

for (const size of wards()) {
  console.log(`\n${describeWard(size)}`);
  console.log(`${machineConditions()}; ${SECONDS} s after ${WARM_UP_SECONDS} s of warming up; one viewer`);
  const ward = await LoopedWard.open(size);
  try {
    await sleep(1000 * WARM_UP_SECONDS);
    report(await measure(ward, SECONDS), size.streams);
  } finally {
    await ward.close();
  }
}
