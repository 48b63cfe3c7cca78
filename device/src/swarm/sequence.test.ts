import { describe, expect, test } from '@jest/globals';
import { SequenceUnwrapper, sequenceNumberOf } from './sequence.ts';

describe('Sequence numbers', () => {
  test('go on rising when their 16 bits begin anew', () => {
    const unwrapper = new SequenceUnwrapper();
    expect([65_534, 65_535, 0, 1].map((number) => unwrapper.unwrap(number))).toEqual([
      65_534, 65_535, 65_536, 65_537,
    ]);
    expect(sequenceNumberOf(65_537)).toEqual({ sequenceNumber: 1, turns: 1 });
  });

  test('of late packets belong to the turn before', () => {
    const unwrapper = new SequenceUnwrapper();
    for (const number of [65_535, 2]) unwrapper.unwrap(number);
    expect(unwrapper.unwrap(65_533)).toBe(65_533);
    expect(unwrapper.highest).toBe(65_538);
  });
});
