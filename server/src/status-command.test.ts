import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Haven } from './haven.ts';
import { runScript } from './records/testing/child.ts';
import { temporaryDirectory } from './records/testing/temporary-directory.ts';
import { wholeServerConfig } from './testing/whole-server-config.ts';

let directory: string;
let remove: () => Promise<void>;
let haven: Haven;

async function status(args: string[], environment: Record<string, string> = {}) {
  const child = runScript('status-command.ts', args, { HAVEN_DATA_DIR: directory, ...environment });
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  haven = await Haven.start(wholeServerConfig(directory), () => undefined);
}, 60_000);
afterAll(async () => {
  await haven.close();
  await remove();
}, 30_000);

test('a running server of the data directory is found, and told of; without CV workers it is degraded', async () => {
  const { code, stdout } = await status([]);
  expect(stdout).toContain(`Haven at ${haven.url} is degraded`);
  expect(stdout).toMatch(/cv-workers +degraded +0 connected/);
  expect(stdout).toContain('0 streams, 0 viewers');
  expect(code).toBe(1);
});

test('programs get the same as JSON', async () => {
  const { stdout } = await status(['--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ url: haven.url, status: 'degraded' },
    figures: { streams: 0, step: 'none', mediaWorkers: [{ worker: '0' }] },
  });
});

test.each([
  [
    'the server does not answer',
    ['--url', 'http://127.0.0.1:9'],
    { HAVEN_METRICS_TOKEN: 'x'.repeat(20) },
    /does not answer at http:\/\/127.0.0.1:9/,
  ],
  ['no server has run there', [], { HAVEN_DATA_DIR: '/nonexistent' }, /No server has run in \/nonexistent/],
  ['there is no token for another server', ['--url', 'http://127.0.0.1:9'], {}, /HAVEN_METRICS_TOKEN/],
  ['the address is none', ['--url', 'nonsense'], { HAVEN_METRICS_TOKEN: 'x'.repeat(20) }, /no address/],
])('exits with 2 and a sentence when %s', async (_when, args, environment, words) => {
  const { code, stderr } = await status(args, environment);
  expect(stderr).toMatch(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});
