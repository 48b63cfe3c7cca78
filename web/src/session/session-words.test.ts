import { expect, test } from '@jest/globals';
import { aStatus } from '../testing/access-fixtures.ts';
import { T0 } from '../testing/fixtures.ts';
import { sessionWarning } from './session-words.ts';

const MINUTE_MS = 60_000;
const status = aStatus({ locksAt: T0 + 15 * MINUTE_MS, endsAt: T0 + 60 * MINUTE_MS });

test('nothing is said as long as there is time', () => {
  expect(sessionWarning(status, T0 + 12 * MINUTE_MS, true)).toBeNull();
});

test('two minutes before it locks, it says so, and on the wall that alarms go on', () => {
  expect(sessionWarning(status, T0 + 13 * MINUTE_MS, true)).toMatch(/locks at .*Alarms go on/);
  expect(sessionWarning(status, T0 + 13 * MINUTE_MS, false)).not.toMatch(/Alarms/);
});

test('a locked session, or one that never locks, is not about to lock', () => {
  expect(sessionWarning({ ...status, locked: true }, T0 + 14 * MINUTE_MS, true)).toBeNull();
  expect(sessionWarning({ ...status, locksAt: null }, T0 + 14 * MINUTE_MS, true)).toBeNull();
});

test('a quarter of an hour before its end, it says what ends with it', () => {
  const used = { ...status, locksAt: T0 + 61 * MINUTE_MS };
  expect(sessionWarning(used, T0 + 45 * MINUTE_MS, true)).toMatch(/ends at .*alarms on this screen/);
});
