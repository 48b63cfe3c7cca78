import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  alertRuleSchema,
  DEFAULT_ALERT_LIMITS,
  type DetectedEvent,
  type Observation,
  type Vital,
} from '@haven/protocol';
import { evidenceOf } from './evidence.ts';
import { PulseBaseline } from './pulse-baseline.ts';
import { isOn, judgementOf, RULES } from './rules.ts';

function observed(
  name: Vital['name'],
  value: number | null,
  state: Vital['state'] = 'measured',
): Observation {
  const id = randomUUID();
  return {
    ...{ id, assignmentId: id, epoch: 0, patientId: 'P-101', streamId: id, source: 'camera', at: 1 },
    kind: 'vital',
    vital: {
      ...{ name, state, value, unit: name === 'motion' ? '1' : '/min', quality: 0.9, method: 'test' },
      ...{ windowMs: 10_000, measuredAt: 1, reason: value === null ? 'moving' : null },
    },
  };
}
const kindsOf = (observation: Observation, baseline: number | null = null, change = {}) =>
  Object.fromEntries(
    evidenceOf(observation, { ...DEFAULT_ALERT_LIMITS, ...change }, baseline).map(([rule, { kind }]) => [
      rule,
      kind,
    ]),
  );

describe('a measured rate', () => {
  test.each([
    [131, 'breach'],
    [130, 'between'],
    [126, 'between'],
    [125, 'normal'],
  ])('of %d is %s for a pulse limit of 130', (value, kind) => {
    expect(kindsOf(observed('pulse', value))['pulse-high']).toBe(kind);
  });

  test.each([
    [49, 'breach'],
    [50, 'between'],
    [54, 'between'],
    [55, 'normal'],
  ])('of %d is %s for a pulse limit of 50 below', (value, kind) => {
    expect(kindsOf(observed('pulse', value))['pulse-low']).toBe(kind);
  });

  test.each([
    [25, 'normal', 'breach'],
    [23, 'normal', 'between'],
    [22, 'normal', 'normal'],
    [9, 'between', 'normal'],
    [7, 'breach', 'normal'],
  ])('of %d breaths is %s below and %s above', (value, low, high) => {
    expect(kindsOf(observed('breathing', value))).toEqual({ 'breathing-low': low, 'breathing-high': high });
  });

  test('is compared with the pulse of five minutes ago, if that is known', () => {
    expect(kindsOf(observed('pulse', 121), 80)).toMatchObject({
      'pulse-rising': 'breach',
      'pulse-falling': 'normal',
    });
    expect(kindsOf(observed('pulse', 60), 101)).toMatchObject({ 'pulse-falling': 'breach' });
    expect(kindsOf(observed('pulse', 121), null)).not.toHaveProperty('pulse-rising');
    expect(kindsOf(observed('pulse', 121), 80, { pulseChange: null })).toMatchObject({
      'pulse-rising': 'normal',
    });
  });

  test.each([
    ['held', 141],
    ['withheld', null],
  ] as const)('that is %s says nothing at all', (state, value) => {
    expect(kindsOf(observed('pulse', value, state))).toEqual({});
  });
});

describe('the pulse of five minutes ago', () => {
  const filled = (values: number) => {
    const baseline = new PulseBaseline();
    for (let second = 0; second < values; second++) baseline.add(second * 1000, 70 + (second % 3));
    return baseline;
  };

  test('is the median of two minutes around it, and unknown before there are enough values', () => {
    const baseline = filled(600);
    expect(baseline.at(600_000)).toBe(71);
    expect(filled(600).at(2_000_000)).toBeNull();
    expect(filled(29).at(270_000)).toBeNull();
    expect(filled(60).at(290_000)).toBe(71);
  });

  test('is not moved by a few wild values', () => {
    const baseline = filled(300);
    for (let second = 300; second < 340; second++) baseline.add(second * 1000, 190);
    expect(baseline.at(600_000)).toBe(72);
  });
});

describe('a detected event', () => {
  const happened = (event: DetectedEvent): Observation => ({
    ...{ id: randomUUID(), assignmentId: randomUUID(), epoch: 0, patientId: 'P-101', streamId: randomUUID() },
    ...{ source: 'camera', at: 1, kind: 'event', event, confidence: 0.9 },
  });

  test.each([
    ['fall', { fall: 'breach' }],
    ['bed-exit', { 'bed-exit': 'breach' }],
    ['absent', { absent: 'breach' }],
    ['restless', { restless: 'breach' }],
    ['returned', { absent: 'over', 'bed-exit': 'over' }],
    ['second-person', {}],
    ['alone', {}],
    ['too-far', {}],
  ] as const)('of %s is to the rules %j', (event, evidence) => {
    expect(kindsOf(happened(event))).toEqual(evidence);
  });
});

describe('a measured presence', () => {
  const presence = (value: number, method: string): Observation => {
    const observation = observed('presence', value);
    return observation.kind === 'vital'
      ? { ...observation, vital: { ...observation.vital, method } }
      : observation;
  };

  test.each([
    ['by a face is a return to bed', 1, 'face', { absent: 'normal', 'bed-exit': 'normal' }],
    ['by movement is no return to bed', 1, 'movement', { absent: 'normal' }],
    ['of nobody says nothing: absence is told by its event', 0, 'body', {}],
  ])('%s', (_words, value, method, evidence) => {
    expect(kindsOf(presence(value, method))).toEqual(evidence);
  });

  test.each(['sdnn', 'rmssd'] as const)('beside %s, which says nothing to the rules', (name) => {
    expect(kindsOf(observed(name, 40))).toEqual({});
  });
});

describe('the rules', () => {
  test('are one for each alert of the protocol; high ones latch', () => {
    expect(Object.keys(RULES).toSorted()).toEqual(alertRuleSchema.options.toSorted());
    for (const { priority, latching } of Object.values(RULES)) {
      if (priority === 'high') expect(latching).toBe(true);
    }
  });

  test('take their delay and whether they are on from the limits', () => {
    const limits = { ...DEFAULT_ALERT_LIMITS, delaySeconds: 20, off: ['absent' as const], pulseChange: null };
    expect(judgementOf('pulse-high', limits).delayMs).toBe(20_000);
    expect(judgementOf('fall', limits).delayMs).toBe(0);
    const off = alertRuleSchema.options.filter((rule) => !isOn(rule, limits));
    expect(off).toEqual(['pulse-rising', 'pulse-falling', 'absent']);
  });
});
