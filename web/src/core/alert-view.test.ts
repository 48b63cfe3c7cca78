import { describe, expect, test } from '@jest/globals';
import type { Alert } from '@haven/protocol';
import { anAlert, aPatient, aPause, T0, uuid } from '../testing/fixtures.ts';
import {
  alertWords,
  audiblePriority,
  bedWords,
  compareAlerts,
  countdownWords,
  leadingAlert,
  mergeAlerts,
  patientWords,
  secondsLeft,
} from './alert-view.ts';

const acknowledgement = { userId: uuid(7), userName: 'Nurse', at: T0, reason: null };
const high = anAlert();
const medium = anAlert({ id: uuid(901), priority: 'medium', rule: 'pulse-low', value: 44, limit: 50 });
const technical = anAlert({
  id: uuid(902),
  priority: 'technical',
  rule: 'signal-lost',
  value: null,
  limit: null,
});

describe('words', () => {
  test('an alert says what crossed which limit', () => {
    expect(alertWords(anAlert({ value: 140.6 }))).toBe('Pulse high 141 (limit 120)');
    expect(alertWords(technical)).toBe('Signal lost');
  });

  test('a latched alert says that its condition is over', () => {
    expect(alertWords(anAlert({ condition: 'cleared', clearedAt: T0 }))).toContain('over now');
  });

  test('a patient is named by bed and name, and by id where unknown', () => {
    expect(patientWords(aPatient({ bed: '3' }), 'P-101')).toBe('Bed 3, Anna Berg');
    expect(patientWords(undefined, 'P-101')).toBe('P-101');
  });

  test.each([
    ['3', 'Bed 3'],
    ['A1', 'Bed A1'],
    ['12b', 'Bed 12b'],
    ['Window', 'Window'],
    ['Bay 2', 'Bay 2'],
  ])('the bed %s is called %s', (bed, words) => {
    expect(bedWords(bed)).toBe(words);
  });
});

test('alerts are listed by need: open before acknowledged, high before technical, newest first', () => {
  const newer = anAlert({ id: uuid(903), startedAt: T0 + 1000 });
  const known = anAlert({ id: uuid(904), acknowledgement });
  const order = [known, technical, medium, high, newer].toSorted(compareAlerts);
  expect(order).toEqual([newer, high, medium, technical, known]);
});

test('a tile speaks for its highest alert, even an acknowledged one', () => {
  expect(leadingAlert([medium, { ...high, acknowledgement }])?.priority).toBe('high');
  expect(leadingAlert([])).toBeNull();
});

describe('audiblePriority', () => {
  test.each<[string, Alert[], string | null]>([
    ['nothing', [], null],
    ['the highest that nobody acknowledged', [technical, medium, { ...high, acknowledgement }], 'medium'],
    ['a latched alert whose condition is over', [{ ...high, condition: 'cleared' }], 'high'],
    ['none that is silenced', [{ ...high, silence: aPause() }, medium], 'medium'],
    ['one whose silence is over', [{ ...high, silence: aPause({ until: T0 }) }, medium], 'high'],
    ['none that is not on screen any more', [{ ...high, active: false }], null],
  ])('sounds for %s', (_name, alerts, expected) => {
    expect(audiblePriority(alerts, T0)).toBe(expected);
  });
});

test('a pause is counted down in whole seconds, and never from more than the longest', () => {
  expect(secondsLeft(null, T0)).toBe(0);
  expect(secondsLeft(aPause(), T0 + 54_100)).toBe(66);
  expect(secondsLeft(aPause(), T0 - 3_600_000)).toBe(120);
  expect(secondsLeft(aPause(), T0 + 120_000)).toBe(0);
  expect([66, 9].map(countdownWords)).toEqual(['1:06', '0:09']);
});

test('of two messages about an alert the higher version stays, in whatever order they come', () => {
  const second = { ...high, version: 2, acknowledgement };
  for (const order of [
    [high, second],
    [second, high],
  ]) {
    expect([...mergeAlerts(new Map(), order).values()]).toEqual([second]);
  }
});
