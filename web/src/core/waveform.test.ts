import { describe, expect, test } from '@jest/globals';
import { WAVEFORM_RATE_HZ, type WaveformMessage } from '@haven/protocol';
import { T0, uuid } from '../testing/fixtures.ts';
import { ERASE_BAR_PX, sweepLines, SWEEP_PX_PER_S, sweepSpanMs, sweepX } from './sweep.ts';
import { WaveformTrace } from './waveform-trace.ts';

function piece(startAt: number, samples: (number | null)[], streamId = uuid(1)): WaveformMessage {
  return { patientId: 'P-101', streamId, startAt, samples };
}
const second = Array.from({ length: WAVEFORM_RATE_HZ }, (_, index) => index / WAVEFORM_RATE_HZ);

describe('WaveformTrace', () => {
  test('the pen stays behind by the delay of the pieces, so that it never waits for samples', () => {
    const trace = new WaveformTrace();
    trace.add(piece(T0, second), T0 + 1200);
    trace.add(piece(T0 + 1000, second), T0 + 2300);
    expect(trace.penAt(T0 + 2300)).toBe(T0 + 1000);
  });

  test('pieces continue each other without a seam or a repeated sample', () => {
    const trace = new WaveformTrace();
    trace.add(piece(T0, second), T0 + 1000);
    trace.add(piece(T0 + 1000, second), T0 + 2000);
    trace.add(piece(T0 + 1000, second), T0 + 2001);
    expect(trace.between(T0 - 1, T0 + 5000)).toHaveLength(2 * WAVEFORM_RATE_HZ);
  });

  test('when pieces stop coming the pen goes on over a blank', () => {
    const trace = new WaveformTrace();
    trace.add(piece(T0, second), T0 + 1000);
    const pen = trace.penAt(T0 + 9000);
    expect(pen).toBe(T0 + 8000);
    expect(trace.between(T0 + 5000, T0 + 8000)).toEqual([]);
  });

  test('another stream begins a new trace', () => {
    const trace = new WaveformTrace();
    trace.add(piece(T0, second), T0 + 1000);
    trace.add(piece(T0 + 1000, [1], uuid(2)), T0 + 1100);
    expect(trace.between(0, Infinity)).toEqual([{ at: T0 + 1000, value: 1 }]);
  });

  test('it keeps a bounded number of samples', () => {
    const trace = new WaveformTrace();
    for (let index = 0; index < 100; index += 1) {
      trace.add(piece(T0 + index * 1000, second), T0 + index * 1000 + 1000);
    }
    expect(trace.between(0, Infinity)).toHaveLength(45 * WAVEFORM_RATE_HZ);
  });
});

describe('the sweep', () => {
  const size = { width: 300, height: 60 };
  const points = (samples: (number | null)[]) => samples.map((value, index) => ({ at: 40 * index, value }));

  test('the pen moves 25 mm in a second', () => {
    expect(sweepX(1000, 10_000) - sweepX(0, 10_000)).toBeCloseTo((25 * 96) / 25.4, 6);
  });

  test('it shows what fits beside the erase bar', () => {
    expect(sweepSpanMs(SWEEP_PX_PER_S * 3 + ERASE_BAR_PX)).toBeCloseTo(3000, 6);
  });

  test('samples in a row are one line, larger values higher', () => {
    const [line, ...others] = sweepLines(points([0, 1, -1]), size);
    expect(others).toEqual([]);
    const ys = (line ?? []).map(([, y]) => y);
    expect(ys[0]).toBe(30);
    expect(ys[1]).toBeLessThan(30);
    expect(ys[2]).toBeGreaterThan(30);
  });

  test('withheld samples leave a gap', () => {
    expect(sweepLines(points([0, 0, null, 0, 0]), size)).toHaveLength(2);
  });

  test('lost samples leave a gap', () => {
    const [a, b, , , , c, d] = points([0, 0, 0, 0, 0, 0, 0]);
    expect(sweepLines([a!, b!, c!, d!], size)).toHaveLength(2);
  });

  test('the line breaks where the pen returns to the left edge', () => {
    const lines = sweepLines(points(Array.from({ length: 100 }, () => 0)), size);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const xs = line.map(([x]) => x);
      expect(xs).toEqual(xs.toSorted((x1, x2) => x1 - x2));
    }
  });

  test('a value beyond the scale stays inside the canvas', () => {
    const ys = sweepLines(points([10, -10]), size).flatMap((line) => line.map(([, y]) => y));
    for (const y of ys) expect(Math.abs(y - 30)).toBeLessThanOrEqual(30);
  });
});
