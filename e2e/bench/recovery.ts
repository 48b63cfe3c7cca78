/**
 * `npm run bench:recovery [-- --only media-worker,redis --runs 10 --quick]`: kills or hurts one part after another, and
 * prints what a clinician's browser saw of it and when frames were analysed again: the median, the smallest and the
 * largest of all runs. A case is set up once and hurt in each run. Ends with 1 when a median is beyond its goal.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machineConditions, quantile } from './figures.ts';
import type { Figures, RecoveryCase } from './recovery/case.ts';
import { recoveryCases } from './recovery/cases.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '10' },
    quick: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const names = values.only?.split(',');
const unknown = names?.find((wanted) => !recoveryCases.some(({ name }) => name === wanted));
if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
  console.error(`Cases: ${recoveryCases.map(({ name }) => name).join(', ')}; --runs takes a number from 1.`);
  process.exit(1);
}

/** @returns whether every goal was reached */
function report({ goals }: RecoveryCase, measured: readonly Figures[]): boolean {
  let reached = true;
  for (const name of Object.keys(measured[0] ?? {})) {
    const figures = measured.map((run) => run[name] ?? NaN);
    const median = quantile(figures, 0.5);
    const goal = Object.entries(goals).find(([of]) => of === name)?.[1];
    const missed = goal !== undefined && median > goal;
    reached &&= !missed;
    const beside = goal === undefined ? '' : `   goal ${goal}${missed ? ' MISSED' : ''}`;
    const [middle, smallest, largest] = [median, Math.min(...figures), Math.max(...figures)].map((figure) =>
      figure.toFixed(2).padStart(7),
    );
    console.log(`  ${name.padEnd(34)} median ${middle}   smallest ${smallest}   largest ${largest}${beside}`);
  }
  return reached;
}

async function measure(recovery: RecoveryCase): Promise<boolean> {
  console.log(`\n${recovery.name}: ${recovery.what}; ${runs} runs`);
  const scene = await recovery.open(values.quick);
  const measured: Figures[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      if (run > 0) await sleep(recovery.calmMs ?? 0);
      measured.push(await scene.run());
    }
  } finally {
    if (measured.length < runs) console.log(`  ended after ${measured.length} of ${runs} runs`);
    await scene.close();
  }
  return report(recovery, measured);
}

console.log(machineConditions());
for (const recovery of recoveryCases) {
  if (names !== undefined && !names.includes(recovery.name)) continue;
  try {
    if (!(await measure(recovery))) process.exitCode = 1;
  } catch (error) {
    console.log(`  failed: ${String(error)}`);
    process.exitCode = 1;
  }
}
// What a case that failed has left must not keep the others' figures waiting.
process.exit();
