import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Privacies } from './privacies.ts';
import { PrivacyFile } from './privacy-file.ts';

let directory: string;
let now: number;
const open = () => {
  const file = new PrivacyFile(directory, new QuietTelemetry());
  return { file, privacies: new Privacies({ file, clock: () => now }) };
};
beforeEach(async () => {
  now = 1_000_000;
  directory = await mkdtemp(join(tmpdir(), 'haven-privacy-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

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
