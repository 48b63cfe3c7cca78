/**
 * `npm run bench:durability`: kills the database for a minute, ten times, then the server at random moments, ten
 * times, under 50 vitals a second and alerts that are raised and acknowledged. Prints after each kill what is missing
 * or double of what was acknowledged, and what the wall saw. HAVEN_BENCH_KILLS and HAVEN_BENCH_OUTAGE_S shorten it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Losses } from '../support/durable-losses.ts';
import { LoadedWard } from '../support/loaded-ward.ts';
import { until } from '../support/process.ts';
import { machineConditions } from './figures.ts';

const KILLS = Number(process.env.HAVEN_BENCH_KILLS ?? 10);
const OUTAGE_MS = 1000 * Number(process.env.HAVEN_BENCH_OUTAGE_S ?? 60);
const VITALS_PER_SECOND = 50;
const STREAMS = 4;
/** The write-behind may take this long after the database is back, ms: its circuit tries again after 30 s. */
const WRITTEN_WITHIN_MS = 120_000;
/** The server runs at least and at most this long between two kills, ms. */
const [SHORTEST_RUN_MS, LONGEST_RUN_MS] = [2_000, 15_000];

let lost = 0;
function report(what: string, { observations, alerts, acknowledgements }: Losses, seen: string): void {
  const failures = [
    observations.missing,
    observations.doubled,
    alerts.missingVersions,
    alerts.doubled,
    acknowledgements.missing,
  ];
  lost += failures.reduce((sum, count) => sum + count, 0);
  console.log(
    [
      what.padEnd(13),
      `observations ${String(observations.acknowledged).padStart(6)}, missing ${observations.missing}, double ${observations.doubled}`,
      `alerts ${alerts.seen} (${alerts.versions} versions), missing ${alerts.missingVersions}, double ${alerts.doubled}`,
      `acknowledgements ${acknowledgements.confirmed}, missing ${acknowledgements.missing}`,
      seen,
    ].join(' | '),
  );
}

console.log(`${machineConditions()}; ${STREAMS} streams, ${VITALS_PER_SECOND} vitals/s`);
const ward = await LoadedWard.start({ streams: STREAMS, vitalsPerSecond: VITALS_PER_SECOND });
try {
  await until('an alert', 60_000, () => ward.witness.acknowledged.size > 0);
  for (let kill = 1; kill <= KILLS; kill++) {
    const { vitalsGapMs, videoGapMs, alertsRaised } = await ward.killDatabase(OUTAGE_MS);
    const backAt = Date.now();
    const losses = await ward.losses(WRITTEN_WITHIN_MS);
    const written = ((Date.now() - backAt) / 1000).toFixed(0);
    report(
      `database ${kill}`,
      losses,
      `while away: longest gap of vitals ${vitalsGapMs} ms, of video ${videoGapMs} ms, alerts raised ${alertsRaised}; written out ${written} s after`,
    );
  }
  for (let kill = 1; kill <= KILLS; kill++) {
    await sleep(SHORTEST_RUN_MS + Math.random() * (LONGEST_RUN_MS - SHORTEST_RUN_MS));
    const recoveryMs = await ward.killServer();
    report(
      `server ${kill}`,
      await ward.losses(WRITTEN_WITHIN_MS),
      `vitals are taken again after ${(recoveryMs / 1000).toFixed(1)} s`,
    );
  }
} finally {
  await ward.close();
}
console.log(lost === 0 ? 'Nothing was lost, nothing was doubled.' : `${lost} were lost or doubled.`);
process.exitCode = lost === 0 ? 0 : 1;
