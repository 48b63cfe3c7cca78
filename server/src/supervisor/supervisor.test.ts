import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Backoff } from './backoff.ts';
import { Supervisor } from './supervisor.ts';

const directory = mkdtempSync(join(tmpdir(), 'haven-supervisor-'));
const supervisor = () => new Supervisor({ clock: Date.now, telemetry: new QuietTelemetry() });

function script(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the backoff', () => {
  test('doubles while a child dies young, and starts over after it ran steadily', () => {
    const backoff = new Backoff();
    expect([1, 1, 1].map((ranMs) => backoff.next(ranMs))).toEqual([250, 500, 1000]);
    for (let i = 0; i < 20; i++) backoff.next(1);
    expect(backoff.next(1)).toBe(15_000);
    expect(backoff.next(30_000)).toBe(250);
  });
});

describe('the supervisor', () => {
  let running: Supervisor | undefined;
  afterEach(() => running?.stop());

  test('starts a child again that was killed', async () => {
    running = supervisor();
    running.start({
      name: 'sleeper',
      entry: script('sleeper.mjs', "process.on('disconnect', () => process.exit());"),
      arguments: [],
      environment: {},
    });
    const first = await eventually(() => running?.pids()[0]?.pid, 'the child runs');
    process.kill(first, 'SIGKILL');
    const second = await eventually(
      () => running?.pids().find(({ pid }) => pid !== first)?.pid,
      'the child runs again',
    );
    expect(alive(second)).toBe(true);
  });

  test('kills a child that does not stop when asked', async () => {
    running = supervisor();
    const entry = script(
      'deaf.mjs',
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.send?.('up');",
    );
    running.start({ name: 'deaf', entry, arguments: [], environment: {} });
    const pid = await eventually(() => running?.pids()[0]?.pid, 'the child runs');
    await sleep(300);
    await running.stop();
    expect(alive(pid)).toBe(false);
  }, 10_000);
});

process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
