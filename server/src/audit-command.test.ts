import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { auditVerificationSchema } from '@haven/protocol';
import { TestTrail } from './audit/testing/trail.ts';
import { runScript } from './records/testing/child.ts';

const CLOSED = '2026-11-19';

// Each command is a process that starts a stack of its own.
jest.setTimeout(60_000);

let trail: TestTrail;
let directory: string;

beforeAll(async () => {
  trail = await TestTrail.create();
  directory = trail.config.dataDirectory;
  for (const day of ['2026-11-18', CLOSED, '2026-11-20']) await trail.writeDay(day, 4);
}, 60_000);
afterAll(() => trail.close());

/** Beside a server: the test holds the data directory. */
async function audit(...args: string[]) {
  const child = runScript('audit-command.ts', args, {
    HAVEN_DATA_DIR: directory,
    HAVEN_NODE_ID: 'node-test',
  });
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

test('verify says that the trail is whole, or where it is not, by its exit code as well', async () => {
  const whole = await audit('verify', '--to', '2026-11-20');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toContain(`${CLOSED}\tnode-test\t4 lines\tclosed\twhole\n`);
  expect(whole.stdout).toContain('3 chains are whole.');

  const where = `where node = 'node-test' and day = '${CLOSED}' and sequence = 2`;
  await trail.sql(`update public.audit set subject = 'patient:P-9' ${where}`);
  const damaged = await audit('verify', '--from', CLOSED, '--to', CLOSED);
  expect(damaged.code).toBe(1);
  expect(damaged.stdout).toContain('  line-changed\tline 2\t');
  const json = await audit('verify', '--from', CLOSED, '--to', CLOSED, '--json');
  const { ok, chains } = auditVerificationSchema.parse(JSON.parse(json.stdout));
  expect([ok, chains[0]?.problems[0]?.kind, json.code]).toEqual([false, 'line-changed', 1]);
  await trail.sql(`update public.audit set subject = 'patient:P-2' ${where}`);
});

test('what a command does stands in a chain of its own', async () => {
  const { rows } = await trail.sql<{ action: string; sequence: number }>(
    "select action, sequence from public.audit where node = 'node-test.cli' order by day, sequence",
  );
  expect(rows.length).toBeGreaterThan(0);
  expect(rows[0]).toEqual({ action: 'audit:verify', sequence: 1 });
  const today = new Date().toISOString().slice(0, 10);
  expect((await audit('verify', '--from', today)).code).toBe(0);
});

test('a day that was exported is verified elsewhere, by the file and the public key alone', async () => {
  const file = join(directory, 'day.jsonl');
  const keyFile = join(directory, 'key.pem');
  await writeFile(keyFile, (await audit('public-key')).stdout);
  expect((await audit('export', '--day', CLOSED, '--out', file)).code).toBe(0);
  const content = await readFile(file, 'utf8');
  expect((await audit('export', '--day', CLOSED)).stdout).toBe(content);
  const verify = async (expected: number, words: string) => {
    const { code, stdout } = await audit('verify-file', file, '--public-key', keyFile);
    expect(code).toBe(expected);
    expect(stdout).toContain(words);
  };
  await verify(0, 'closed\twhole');

  await writeFile(file, content.replace('patient:P-3', 'patient:P-4'));
  await verify(1, 'line-changed\tline 3');
  await writeFile(file, content.split('\n').slice(1).join('\n'));
  await verify(1, 'line-missing\tline 1');
});

test.each([
  [['verify', '--from', 'yesterday'], 'A day in UTC'],
  [['export'], '--day'],
  [['verify-file', 'no-such-file', '--public-key', 'no-such-key'], 'no-such-file'],
])('%j cannot be answered, which is exit code 2 and a sentence', async (args, sentence) => {
  const { code, stderr } = await audit(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain('    at ');
});

test('a file that is no export is told so', async () => {
  const file = join(directory, 'other.jsonl');
  const keyFile = join(directory, 'key.pem');
  await writeFile(file, '{"a":1}\n');
  const { code, stderr } = await audit('verify-file', file, '--public-key', keyFile);
  expect([code, stderr]).toEqual([
    2,
    'Line 1 of the file is neither a line of the audit trail nor a checkpoint.\n',
  ]);
});
