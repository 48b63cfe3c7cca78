import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Privacy } from '@haven/protocol';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Privacies } from './privacies.ts';
import { PrivacyFile } from './privacy-file.ts';

let directory: string;
let now: number;
let opened: PrivacyFile[];
const open = () => {
  const file = new PrivacyFile(directory, new QuietTelemetry());
  opened.push(file);
  return { file, privacies: new Privacies({ file, clock: () => now }) };
};
beforeEach(async () => {
  now = 1_000_000;
  opened = [];
  directory = await mkdtemp(join(tmpdir(), 'haven-privacy-'));
});
afterEach(async () => {
  await Promise.all(opened.map((file) => file.settled()));
  await rm(directory, { recursive: true });
});

test('A pause outlives the server, and one that is over by then does not', async () => {
  const { file, privacies } = open();
  const privacy = privacies.pause('P-101', 'bedside', 'wish', 10);
  privacies.pause('P-102', 'clinician', 'examination', 1);
  await file.settled();
  now += 60_000;
  const next = open().privacies;
  expect(next.of('P-101')).toEqual(privacy);
  expect(next.of('P-102')).toBeNull();
  expect(next.running).toBe(1);
});

test('A pause counts no more from its end on, also before anybody looked', () => {
  const { privacies } = open();
  privacies.pause('P-101', 'bedside', 'wish', 1);
  now += 60_000;
  expect(privacies.of('P-101')).toBeNull();
});

test('A file that cannot be read pauses nothing and stops nothing', async () => {
  await writeFile(join(directory, 'privacy.json'), 'x');
  const { privacies } = open();
  expect(privacies.running).toBe(0);
});

test('A pause that was ended is not brought back by a device that had not heard of it, but a later one is', () => {
  const { privacies } = open();
  const privacy = privacies.pause('P-101', 'bedside', 'wish', 30);
  now += 1000;
  privacies.resume('P-101');
  privacies.bring('P-101', privacy);
  expect(privacies.of('P-101')).toBeNull();
  now += 1000;
  privacies.bring('P-101', { ...privacy, since: now });
  expect(privacies.of('P-101')).toMatchObject({ since: now });
});

describe('what another node knows', () => {
  const paused = (since: number, minutes = 10): Privacy => ({
    ...{ reason: 'wish', by: 'bedside', since, until: since + minutes * 60_000 },
  });

  test('counts where it is the later word, and is not told on', () => {
    const { privacies } = open();
    const told: string[] = [];
    privacies.on('recorded', ({ patientId }) => told.push(patientId));
    privacies.learn('P-101', paused(now));
    expect(privacies.of('P-101')).toEqual(paused(now));
    privacies.learn('P-101', { endedAt: now - 1 });
    expect(privacies.of('P-101')).toEqual(paused(now));
    privacies.learn('P-101', { endedAt: now + 1 });
    expect(privacies.of('P-101')).toBeNull();
    privacies.learn('P-101', paused(now));
    expect(privacies.of('P-101')).toBeNull();
    expect(told).toEqual([]);
  });

  test('is overruled by what is done here, also where the other clock is ahead', () => {
    const { privacies } = open();
    privacies.learn('P-101', paused(now + 5_000));
    expect(privacies.resume('P-101')).toBe(true);
    privacies.learn('P-101', paused(now + 5_000));
    expect(privacies.of('P-101')).toBeNull();
    expect(privacies.all()).toEqual([{ patientId: 'P-101', record: { endedAt: now + 5_001 } }]);
  });

  test('of the same moment comes to the same at both: the longer pause', () => {
    const orders = [
      [paused(now, 5), paused(now, 10), { endedAt: now }],
      [{ endedAt: now }, paused(now, 10), paused(now, 5)],
    ];
    for (const order of orders) {
      const privacies = new Privacies({ file: open().file, clock: () => now });
      for (const record of order) privacies.learn('P-101', record);
      expect(privacies.of('P-101')).toEqual(paused(now, 10));
    }
  });

  test('ends by its time at every node, which the one says at which it was asked for', () => {
    const { privacies } = open();
    const expired: string[] = [];
    privacies.on('expired', ({ patientId }) => expired.push(patientId));
    privacies.learn('P-101', paused(now, 1));
    privacies.pause('P-102', 'clinician', 'visit', 1);
    now += 60_000;
    privacies.examine();
    expect(privacies.running).toBe(0);
    expect(expired).toEqual(['P-102']);
  });
});

test('An end outlives the server: a device that had not heard of it does not bring the pause back', async () => {
  const { file, privacies } = open();
  const privacy = privacies.pause('P-101', 'bedside', 'wish', 30);
  now += 1000;
  privacies.resume('P-101');
  await file.settled();
  const next = open().privacies;
  next.bring('P-101', privacy);
  expect(next.of('P-101')).toBeNull();
});
