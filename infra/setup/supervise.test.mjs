import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { groupLives } from './process-group.mjs';

/** Runs `supervise` in a process of its own, as npm start does, on a server written in shell. */
async function startParent(/** @type {string} */ script, command = '/bin/sh', drainMs = 0) {
  const directory = mkdtempSync(join(tmpdir(), 'haven-supervise-'));
  const log = join(directory, 'log');
  appendFileSync(log, '');
  const program = `
    import { supervise } from ${JSON.stringify(join(import.meta.dirname, 'supervise.mjs'))};
    process.exitCode = await supervise({
      command: ${JSON.stringify(command)},
      args: [${JSON.stringify(command === '/bin/sh' ? '-c' : '-e')}, ${JSON.stringify(script)}],
      drainMs: ${drainMs},
      environment: { ...process.env, LOG: ${JSON.stringify(log)} },
      report: (sentence) => console.log(sentence),
    });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** @type {string[]} */
  const lines = [];
  createInterface({ input: parent.stdout }).on('line', (line) => lines.push(line));
  const ended = once(parent, 'close');
  return {
    parent,
    lines,
    /** @returns {Promise<number | null>} */
    exitCode: async () => (await ended)[0],
    logged: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Beyond the moment in which one Ctrl-C comes twice, ms. */
const LATER_MS = 700;

const LONG_RUNNING =
  'echo $$ >> "$LOG"; trap "echo stopped >> \\"$LOG\\"; exit 0" TERM; while :; do sleep 0.02; done';

describe('The parent of the server', () => {
  test('ends with the server when that stops by itself', async () => {
    const { exitCode, lines } = await startParent('exit 0');
    expect(await exitCode()).toBe(0);
    expect(lines).toEqual([]);
  });

  test('does not start it again when it says that this cannot help', async () => {
    const { exitCode, logged } = await startParent('echo run >> "$LOG"; exit 2');
    expect(await exitCode()).toBe(2);
    expect(logged()).toEqual(['run']);
  });

  test('starts it again after a crash', async () => {
    const { exitCode, logged, lines } = await startParent(
      'echo run >> "$LOG"; test $(wc -l < "$LOG") -ge 2 && exit 0; exit 3',
    );
    expect(await exitCode()).toBe(0);
    expect(logged()).toEqual(['run', 'run']);
    expect(lines).toEqual(['The server ended with exit code 3; starting it again in 1 s.']);
  });

  test('starts it again when it was killed, after ending the children it left behind', async () => {
    const { parent, exitCode, logged, lines } = await startParent(`sleep 300 & ${LONG_RUNNING}`);
    await until(() => Number(logged()[0]) > 0);
    const first = Number(logged()[0]);
    process.kill(first, 'SIGKILL');
    await until(() => logged().length === 2);
    expect(lines).toEqual(['The server ended with signal SIGKILL; starting it again in 1 s.']);
    expect(groupLives(first)).toBe(false);
    parent.kill('SIGTERM');
    expect(await exitCode()).toBe(0);
  });

  test('passes SIGTERM on once, and waits until the server has stopped', async () => {
    const { parent, exitCode, logged } = await startParent(LONG_RUNNING);
    await until(() => Number(logged()[0]) > 0);
    parent.kill('SIGTERM');
    parent.kill('SIGTERM');
    expect(await exitCode()).toBe(0);
    expect(logged().slice(1)).toEqual(['stopped']);
  });

  test('passes a later signal on as well: whoever asks again does not want to wait', async () => {
    const { parent, exitCode, logged } = await startParent(
      'trap "echo asked >> \\"$LOG\\"" TERM; trap "exit 7" INT; echo $$ >> "$LOG"; while :; do sleep 0.02; done',
    );
    await until(() => Number(logged()[0]) > 0);
    parent.kill('SIGTERM');
    await until(() => logged().includes('asked'));
    await new Promise((resolve) => setTimeout(resolve, LATER_MS));
    parent.kill('SIGINT');
    expect(await exitCode()).toBe(7);
  });

  test('starts a server again that crashes after its drain was taken back', async () => {
    const { parent, exitCode, logged } = await startParent(
      `const { appendFileSync, readFileSync } = require('node:fs');
       const run = readFileSync(process.env.LOG, 'utf8').split('run').length;
       process.on('SIGTERM', () => process.send('runs on', () =>
         setTimeout(() => process.exit(run === 1 ? 3 : 0), 200)));
       appendFileSync(process.env.LOG, 'run\\n');
       setInterval(() => undefined, 1000);`,
      process.execPath,
      60_000,
    );
    await until(() => logged().length === 1 && logged()[0] === 'run');
    parent.kill('SIGTERM');
    await until(() => logged().length === 2);
    parent.kill('SIGTERM');
    expect(await exitCode()).toBe(0);
  });

  test('stops at once while it waits to start the server again', async () => {
    const { parent, exitCode, lines } = await startParent('exit 1');
    await until(() => lines.length === 1);
    parent.kill('SIGINT');
    expect(await exitCode()).toBe(0);
  });
});
