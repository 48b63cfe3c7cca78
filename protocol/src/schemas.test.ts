import { describe, expect, test } from '@jest/globals';
import {
  HavenError,
  monitorRequests,
  observationSchema,
  patientIdSchema,
  readReply,
  rtpParametersSchema,
  vitalSchema,
  waveformMessageSchema,
} from './index.ts';

const vital = {
  name: 'pulse',
  unit: '/min',
  state: 'measured',
  value: 72,
  quality: 0.9,
  method: 'pos',
  windowMs: 10_000,
  measuredAt: 1,
  reason: null,
};
const id = '4b7f7a4e-7b57-4b3c-9f4b-7a4f3a5a0f11';

describe('a vital', () => {
  test('has a value or a reason, never both and never neither', () => {
    expect(vitalSchema.safeParse(vital).success).toBe(true);
    expect(
      vitalSchema.safeParse({ ...vital, state: 'withheld', value: null, reason: 'moving' }).success,
    ).toBe(true);
    for (const wrong of [
      { value: null },
      { reason: 'moving' },
      { state: 'withheld' },
      { state: 'withheld', value: null },
    ]) {
      expect(vitalSchema.safeParse({ ...vital, ...wrong }).success).toBe(false);
    }
  });

  test.each([
    { value: Number.NaN },
    { value: Infinity },
    { value: -1 },
    { quality: 1.01 },
    { unit: 'bpm' },
    { method: '' },
  ])('is refused with %j', (wrong) => {
    expect(vitalSchema.safeParse({ ...vital, ...wrong }).success).toBe(false);
  });
});

test.each(['', 'P 101', 'P-101\n', '../P-101', 'P'.repeat(33), "P-101'; drop table patients"])(
  'the patient id %j is malformed',
  (wrong) => {
    expect(patientIdSchema.safeParse(wrong).success).toBe(false);
  },
);

test('an observation carries its fencing token', () => {
  const observation = {
    ...{ id, assignmentId: id, epoch: 1, patientId: 'P-101', streamId: id, source: 'camera', at: 1 },
    ...{ kind: 'vital', vital },
  };
  expect(observationSchema.safeParse(observation).success).toBe(true);
  expect(observationSchema.safeParse({ ...observation, epoch: undefined }).success).toBe(false);
});

test('lists are bounded', () => {
  const codec = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 };
  expect(rtpParametersSchema.safeParse({ codecs: [codec] }).success).toBe(true);
  expect(rtpParametersSchema.safeParse({ codecs: Array.from({ length: 17 }, () => codec) }).success).toBe(
    false,
  );
  const waveform = {
    patientId: 'P-101',
    streamId: id,
    startAt: 1,
    samples: Array.from({ length: 101 }, () => 0),
  };
  expect(waveformMessageSchema.safeParse(waveform).success).toBe(false);
});

describe('a reply', () => {
  test('gives its data', () => {
    expect(readReply(monitorRequests, 'session:renew', { ok: true, data: { expiresAt: 5 } })).toEqual({
      expiresAt: 5,
    });
  });

  test('throws the error that it carries', () => {
    const sent = new HavenError('RATE_LIMITED', 'slower', { retryAfterMs: 300 });
    const answer = { ok: false, error: sent.toWire('abc') };
    expect(() => readReply(monitorRequests, 'session:renew', answer)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', message: 'slower', retryAfterMs: 300, status: 429 }),
    );
  });

  test.each([
    undefined,
    null,
    'ok',
    { ok: true, data: { expiresAt: 'soon' } },
    { ok: false, error: { code: 'NEW' } },
  ])('that is malformed is an error: %j', (answer) => {
    expect(() => readReply(monitorRequests, 'session:renew', answer)).toThrow(HavenError);
  });
});
