import { describe, expect, test } from '@jest/globals';
import { beat, Physiology } from './physiology.ts';

const STEP = 0.01;

function constant(value: number): { at: number; value: number }[] {
  return [{ at: 0, value }];
}

/** Times at which a function rises through zero. */
function upwardCrossings(signal: (seconds: number) => number, until: number): number[] {
  const times = [];
  for (let seconds = STEP; seconds < until; seconds += STEP) {
    if (signal(seconds - STEP) < 0 && signal(seconds) >= 0) times.push(seconds);
  }
  return times;
}

describe('a beat', () => {
  const samples = Array.from({ length: 1000 }, (_, index) => beat(index / 1000));

  test('has mean zero and a height of two', () => {
    expect(samples.reduce((sum, value) => sum + value, 0) / samples.length).toBeCloseTo(0, 3);
    expect(Math.max(...samples) - Math.min(...samples)).toBeCloseTo(2, 2);
  });

  test('rises faster than it falls and carries a second, lower wave', () => {
    const peak = samples.indexOf(Math.max(...samples));
    const foot = samples.indexOf(Math.min(...samples));
    expect((peak - foot + 1000) % 1000).toBeLessThan(400);
    const isShoulder = (_: number, index: number): boolean => {
      const [before, here, after] = [index - 20, index, index + 20].map((at) => samples[at]);
      return index > peak + 100 && here > (before + after) / 2 + 0.002;
    };
    expect(samples.slice(0, 900).some(isShoulder)).toBe(true);
  });

  test('joins the next one without a jump', () => {
    expect(beat(0.9999)).toBeCloseTo(beat(1.0001), 2);
  });
});

describe('a patient', () => {
  test('whose rates are constant beats and breathes as often as they say', () => {
    const patient = new Physiology({
      pulse: constant(90),
      breathing: constant(15),
      amplitude: constant(0.005),
    });
    // More blood makes skin darker: a beat rises where the green falls.
    expect(upwardCrossings((seconds) => -patient.greenChange(seconds), 60)).toHaveLength(90);
    expect(upwardCrossings((seconds) => patient.breath(seconds), 60.1)).toHaveLength(15);
  });

  test('varies from beat to beat by a few percent with the breath', () => {
    const patient = new Physiology({
      pulse: constant(60),
      breathing: constant(12),
      amplitude: constant(0.005),
    });
    const beats = upwardCrossings((seconds) => -patient.greenChange(seconds), 60);
    const intervals = beats.slice(1).map((time, index) => time - beats[index]);
    const spread = Math.max(...intervals) - Math.min(...intervals);
    expect(spread).toBeGreaterThan(0.02);
    expect(spread).toBeLessThan(0.06);
  });

  test('has a pulse of the amplitude that was asked for', () => {
    const patient = new Physiology({
      pulse: constant(72),
      breathing: constant(14),
      amplitude: constant(0.004),
    });
    const changes = Array.from({ length: 1000 }, (_, index) => patient.greenChange(index * STEP));
    expect((Math.max(...changes) - Math.min(...changes)) / 2).toBeCloseTo(0.004, 4);
  });
});
