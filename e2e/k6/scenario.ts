import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { User } from '../support/haven-server.ts';
import { repositoryRoot } from '../support/process.ts';

/** Each is a script in k6/. */
export const SCENARIOS = ['smoke', 'steady', 'stress', 'spike', 'soak', 'browser', 'cluster'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Where a scenario runs: `url` is an origin, or those of several nodes with commas between. */
export type Target = { url: string; roomId: string; users: readonly User[] };

/** As the other tests start Chromium. */
const CHROMIUM_ARGUMENTS =
  'no-sandbox,disable-gpu,disable-quic,no-first-run,autoplay-policy=no-user-gesture-required';

export type Outcome = {
  /** Whether every threshold held. */
  passed: boolean;
  output: string;
};

/**
 * Runs a scenario in k6.
 *
 * @param seconds how long; the scenario's own length when left out
 * @param show gets what k6 prints
 * @throws Error when k6 is not there
 */
export async function runScenario(
  scenario: Scenario,
  target: Target,
  seconds: number | undefined,
  show: (text: string) => void,
): Promise<Outcome> {
  const { K6_PATH, CHROMIUM_PATH = '/usr/bin/chromium', PATH, HOME, TMPDIR } = process.env;
  if (K6_PATH === undefined) {
    throw new Error('k6 is not there: `npm run setup -- --tests` builds it, and says why where it cannot.');
  }
  const script = join(repositoryRoot, 'k6', `${scenario}.ts`);
  const k6 = spawn(K6_PATH, ['run', '--quiet', '--no-color', '--summary-mode=compact', script], {
    env: {
      ...{ PATH, HOME, TMPDIR },
      HAVEN_K6_URL: target.url,
      HAVEN_K6_ROOM: target.roomId,
      HAVEN_K6_USERS: JSON.stringify(target.users),
      ...(seconds === undefined ? {} : { HAVEN_K6_SECONDS: String(seconds) }),
      K6_NO_USAGE_REPORT: 'true',
      K6_BROWSER_HEADLESS: 'true',
      K6_BROWSER_EXECUTABLE_PATH: CHROMIUM_PATH,
      K6_BROWSER_ARGS: CHROMIUM_ARGUMENTS,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [k6.stdout, k6.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece.toString();
      show(piece.toString());
    });
  }
  const end = () => k6.kill('SIGKILL');
  process.once('exit', end);
  await once(k6, 'close');
  process.off('exit', end);
  return { passed: k6.exitCode === 0, output };
}
