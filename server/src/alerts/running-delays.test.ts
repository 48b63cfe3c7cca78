import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { monotonicClock, RunningDelays, type RunningDelay } from './running-delays.ts';

const telemetry = new QuietTelemetry();
const breach = { since: 12_345, value: 141, limit: 130 };
const delay: RunningDelay = { patientId: 'P-101', rule: 'pulse-high', source: 'camera', breach };
const technical: RunningDelay = { ...delay, rule: 'camera-covered' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-delays-'));
});
afterEach(() => rm(directory, { recursive: true }));

const open = (boot = 'this-boot') => new RunningDelays({ directory, telemetry, boot });

describe('running delays', () => {
  test('are known to the next run, technical ones left out', async () => {
    const delays = open();
    expect(delays.ofLastRun).toEqual([]);
    delays.keep([delay, technical]);
    await delays.close();
    expect(open().ofLastRun).toEqual([delay]);
  });

  test('are worth nothing after the machine was restarted', async () => {
    const delays = open();
    delays.keep([delay]);
    await delays.close();
    expect(open('another-boot').ofLastRun).toEqual([]);
  });

  test('that ended are not taken up again', async () => {
    const delays = open();
    delays.keep([delay]);
    await delays.close();
    delays.keep([]);
    await delays.close();
    expect(open().ofLastRun).toEqual([]);
  });

  test('in a file that is no such list begin anew', async () => {
    await writeFile(join(directory, 'running-delays.json'), '{"boot":"this-boot","delays":[{"rule":"?"}]}');
    expect(open().ofLastRun).toEqual([]);
  });

  test('write nothing while nothing changes', async () => {
    const delays = open();
    delays.keep([delay]);
    await delays.close();
    const path = join(directory, 'running-delays.json');
    await rm(path);
    delays.keep([delay]);
    await delays.close();
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('the monotonic clock runs forwards', () => {
  const first = monotonicClock();
  expect(monotonicClock()).toBeGreaterThanOrEqual(first);
});
