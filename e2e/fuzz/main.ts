/**
 * `npm run fuzz -- [--seed N] [--cases N] [--step TEXT] [--case N]`: bad input at every port of a whole server while a
 * patient's video runs. The seed is printed; with the same one and as many cases the same ones are sent again, or of
 * one step, or the one case of it that a finding names.
 */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { machineConditions } from '../bench/figures.ts';
import type { Census } from './census.ts';
import { fuzz, type Step } from './fuzz.ts';

const wholeFrom = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new InvalidArgumentError(`a whole number from ${least}`);
  return value;
};

const options = new Command('fuzz')
  .option('--seed <number>', 'repeats an earlier run', wholeFrom(1), randomInt(1, 2 ** 31))
  .option('--cases <number>', 'over all ports together', wholeFrom(1), 10_000)
  .option('--step <text>', 'only steps with this in their names')
  .option('--case <number>', 'only this case of each', wholeFrom(0))
  .parse()
  .opts<{ seed: number; cases: number; step?: string; case?: number }>();

console.log(`${machineConditions()}; seed ${options.seed}`);
const report = await fuzz({ ...options, only: options.case, onStep: tell });
tellCensus('before', report.before);
tellCensus('after', report.after);
const wrong = [
  ...report.leaks.map((leak) => `left behind: ${leak}`),
  ...report.missed.map((goal) => `not reached: ${goal}`),
  ...report.findings,
];
for (const line of wrong) console.log(line);
console.log(
  `${report.cases} cases, ${report.after.workerDeaths - report.before.workerDeaths} media workers died, ${report.findings.length} findings, ${report.leaks.length} left behind, ${report.missed.length} not reached`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

function tell({ name, cases, answers, seen }: Step): void {
  const counted = [...answers].sort(([, a], [, b]) => b - a).map(([answer, count]) => `${answer} ${count}`);
  const alarms = seen.alarmsOff ? ', ALARMS OFF was shown' : '';
  console.log(
    `${name}: ${cases} cases (${counted.join(', ')}); the video meanwhile: ${seen.frames} pictures, longest gap ${Math.round(seen.longestGapMs)} ms${alarms}`,
  );
}

function tellCensus(
  when: string,
  { serverHeldBytes, serverBytes, mediaWorkerBytes, ...counts }: Census,
): void {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;
  console.log(
    `${when}: ${counted.join(', ')}; server ${megabytes(serverBytes)}, of it in use ${megabytes(serverHeldBytes)}; media workers ${megabytes(mediaWorkerBytes)}`,
  );
}
