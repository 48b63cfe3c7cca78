/**
 * `npm test [-- unit web e2e]`: sets Haven up with what its tests need, runs them, and prints as its last
 * line how many passed and failed in all.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOGS_VARIABLE, testLogs } from './log-privacy.mjs';
import { endGroup } from './process-group.mjs';
import { runSetup } from './run-setup.mjs';
import { planRuns } from './test-runs.mjs';
import { isSuccess, sumReports, summaryLine } from './test-summary.mjs';

/** A run that takes longer hangs. */
const RUN_LIMIT_MS = 30 * 60_000;
const KILL_AFTER_MS = 10_000;
/** Jest needs vm modules for ES modules; the warning about them would come once a worker. */
const NODE_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** @param {readonly string[]} selected */
function planOrExit(selected) {
  try {
    return planRuns(selected);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}

/**
 * @param {{ name: string, args: string[] }} run
 * @param {{ root: string, node: string, environment: NodeJS.ProcessEnv }} toolchain
 * @returns {Promise<import('./test-summary.mjs').JestReport | undefined>} undefined when jest wrote no report
 */
async function runJest({ name, args }, { root, node, environment }) {
  const directory = mkdtempSync(join(tmpdir(), 'haven-test-'));
  const report = join(directory, `${name}.json`);
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  try {
    const child = spawn(
      node,
      [...NODE_FLAGS, jest, ...args, '--passWithNoTests', '--json', `--outputFile=${report}`],
      {
        cwd: root,
        env: { ...environment, NODE_ENV: 'test' },
        stdio: ['ignore', 'inherit', 'inherit'],
        detached: true,
      },
    );
    const end = async () => {
      if (child.pid !== undefined) await endGroup(child.pid, KILL_AFTER_MS);
    };
    const interrupt = () => void end().then(() => process.exit(130));
    const limit = setTimeout(() => void end(), RUN_LIMIT_MS);
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
    clearTimeout(limit);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const runs = planOrExit(process.argv.slice(2));
const toolchain = await runSetup({ forTests: true });
const logs = mkdtempSync(join(tmpdir(), 'haven-test-logs-'));
process.once('exit', () => rmSync(logs, { recursive: true, force: true }));
const environment = { ...toolchain.environment, [LOGS_VARIABLE]: logs };
const reports = [];
for (const run of runs) reports.push(await runJest(run, { ...toolchain, environment }));
if (runs.some(({ name }) => name === 'e2e')) reports.push(testLogs(logs));
const counts = sumReports(reports);
console.log(summaryLine(counts));
process.exitCode = isSuccess(counts) ? 0 : 1;
