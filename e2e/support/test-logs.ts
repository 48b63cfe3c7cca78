import { appendFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where `npm test` looks for patient data in logs after the last test; undefined when tests run by themselves. */
const directory = process.env.HAVEN_TEST_LOGS;
/** Programs whose output is a log. What the command lines print is an answer to whoever asked. */
const LOGGING = ['server/src/main.ts', 'cv-worker/src/main.ts', 'device/src/main.ts'];

/** Keeps what a program logs. */
export function keepLog(entry: string, pid: number | undefined, text: string): void {
  if (directory === undefined || !LOGGING.includes(entry)) return;
  const name = `${dirname(dirname(entry))}-${basename(entry, '.ts')}-${pid ?? 'unknown'}.log`;
  appendFileSync(join(directory, name), text);
}

/** Remembers what must not be found in any log. */
export function keepPrivate(...values: readonly string[]): void {
  if (directory === undefined) return;
  appendFileSync(join(directory, 'private-values.txt'), values.map((value) => `${value}\n`).join(''), {
    mode: 0o600,
  });
}
