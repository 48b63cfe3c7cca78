import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { observationSchema, waveformMessageSchema, type Assignment, type Vital } from '@haven/protocol';
import { toCleared, toObservations, toWaveforms } from './observations.ts';

/** What an observation repeats of its assignment. */
const identity = {
  assignmentId: randomUUID(),
  epoch: 3,
  patientId: 'P-001',
  streamId: randomUUID(),
  source: 'camera',
} as const;
const assignment: Assignment = { ...identity, mode: 'both' };
const pulse: Vital = {
  name: 'pulse',
  unit: '/min',
  state: 'measured',
  value: 71.6,
  quality: 0.9,
  method: 'POS',
  windowMs: 12_000,
  measuredAt: 1000,
  reason: null,
};
const silent = { at: 1000.4, vitals: null, waveform: null, events: [], conditions: [] };

describe('what the server is told of an analyzer’s output', () => {
  test('is nothing when there is nothing', () => {
    expect(toObservations(assignment, silent)).toEqual([]);
    expect(toWaveforms(assignment, null)).toEqual([]);
  });

  test('names the assignment, has whole milliseconds and ids of its own', () => {
    const observations = toObservations(assignment, {
      ...silent,
      vitals: [pulse],
      events: [
        { event: 'absent', confidence: 0.8, at: 990.6, startedAt: 980.4, evidence: { seconds: 0.01 } },
      ],
      conditions: [{ condition: 'too-dark', present: true, at: 995.5 }],
    });
    expect(observations).toMatchObject([
      { ...identity, kind: 'event', event: 'absent', at: 991, startedAt: 980, evidence: { seconds: 0.01 } },
      { ...identity, kind: 'condition', condition: 'too-dark', present: true, at: 996 },
      { ...identity, kind: 'vital', vital: pulse, at: 1000 },
    ]);
    expect(new Set(observations.map(({ id }) => id)).size).toBe(3);
    for (const observation of observations) expect(observationSchema.parse(observation)).toEqual(observation);
  });

  test('is refused when it is no observation', () => {
    const nonsense = { ...silent, vitals: [{ ...pulse, value: NaN }] };
    expect(() => toObservations(assignment, nonsense)).toThrow();
  });

  test('says that a condition is over', () => {
    expect(toCleared(assignment, 'picture-frozen', 5.5)).toMatchObject({
      kind: 'condition',
      condition: 'picture-frozen',
      present: false,
      at: 6,
    });
  });

  test('cuts a long waveform into pieces that continue each other', () => {
    const samples = Array.from({ length: 250 }, (_, index) => (index % 20) / 10 - 1);
    const pieces = toWaveforms(assignment, { startAt: 2000, samples });
    expect(pieces.map(({ startAt, samples: piece }) => [startAt, piece.length])).toEqual([
      [2000, 100],
      [6000, 100],
      [10_000, 50],
    ]);
    for (const piece of pieces) expect(waveformMessageSchema.parse(piece)).toEqual(piece);
  });
});
