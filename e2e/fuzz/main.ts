/**
 * `npm run fuzz -- [--seed N] [--cases N]`: bad input at every port of a whole server while a patient's video runs.
 * The seed is printed; with the same one the same cases are sent again.
 */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { machineConditions } from '../bench/figures.ts';
import type { Census } from './census.ts';
import { fuzz, type Step } from './fuzz.ts';

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0');
  return value;
};

const options = new Command('fuzz')
  .option('--seed <number>', 'repeats an earlier run', number, randomInt(1, 2 ** 31))
  .option('--cases <number>', 'over all ports together', number, 10_000)
  .parse()
  .opts<{ seed: number; cases: number }>();

console.log(`${machineConditions()}; seed ${options.seed}`);
const report = await fuzz({ ...options, onStep: tell });
tellCensus('before', report.before);
tellCensus('after', report.after);
for (const line of [...report.leaks.map((leak) => `left behind: ${leak}`), ...report.findings])
  console.log(line);
console.log(
  `${report.cases} cases, ${report.after.workerDeaths - report.before.workerDeaths} media workers died, ${report.findings.length} findings, ${report.leaks.length} left behind`,
);
process.exitCode = report.findings.length + report.leaks.length === 0 ? 0 : 1;

function tell({ name, cases, answers, seen }: Step): void {
  const counted = [...answers].sort(([, a], [, b]) => b - a).map(([answer, count]) => `${answer} ${count}`);
  const alarms = seen.alarmsOff ? ', ALARMS OFF was shown' : '';
  console.log(
    `${name}: ${cases} cases (${counted.join(', ')}); the video meanwhile: ${seen.frames} pictures, longest gap ${Math.round(seen.longestGapMs)} ms${alarms}`,
  );
}

function tellCensus(when: string, { serverBytes, mediaWorkerBytes, ...counts }: Census): void {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;
  console.log(
    `${when}: ${counted.join(', ')}; server ${megabytes(serverBytes)}, media workers ${megabytes(mediaWorkerBytes)}`,
  );
}
