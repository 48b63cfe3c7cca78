import { describe, expect, test } from '@jest/globals';
import { SKIN_SAMPLE_LENGTH } from '../skin-sample.ts';
import { PulseMonitor } from './monitor.ts';
import { standardDeviation } from './statistics.ts';
import { evenTimes, normalNumbers, simulateSkin } from './testing/simulated-skin.ts';
import { watch } from './testing/watch-skin.ts';

describe('a contact sensor', () => {
  test('is read from the channels that live, whatever their scale', () => {
    const monitor = new PulseMonitor({ kind: 'contact' });
    const sample = new Float64Array(SKIN_SAMPLE_LENGTH);
    const noise = normalNumbers(1);
    for (let i = 0; i < 600; i++) {
      const beat = Math.sin((2 * Math.PI * 66 * i) / 60 / 30);
      // Red is saturated, green pulses, blue is dead.
      sample.set([255, 0.5 + 0.02 * beat + 0.004 * noise(), 0, 1]);
      monitor.addSample((i * 1000) / 30, sample);
      if (i % 30 === 29) monitor.evaluate();
    }
    const vital = monitor.vitalAt(19_900);
    expect(vital).toMatchObject({ state: 'measured', method: 'green' });
    expect(Math.abs((vital.value ?? 0) - 66)).toBeLessThan(1);
  });
});

describe('the trace', () => {
  test('is there while a rate is shown: as long as asked for, beating at it, rising with the blood', () => {
    const { monitor } = watch({ rate: () => 60, seconds: 60, noise: 0.0003 });
    const trace = monitor.trace(40);
    expect(trace?.pulse).toHaveLength(40 * 25);
    expect(trace?.level).toHaveLength(40 * 25);
    expect(trace?.rateHz).toBe(25);
    // It ends a second before the newest sample, where filtering has settled.
    expect((trace?.startAt ?? 0) + 40_000).toBeGreaterThan(58_000);
    const pulse = Array.from(trace?.pulse ?? []);
    const upward = pulse.filter((value, i) => i > 0 && value >= 0 && pulse[i - 1] < 0).length;
    expect(Math.abs(upward - 40)).toBeLessThanOrEqual(1);
    const steepestRise = Math.max(...pulse.slice(1).map((value, i) => value - pulse[i]));
    const steepestFall = Math.max(...pulse.slice(1).map((value, i) => pulse[i] - value));
    expect(steepestRise).toBeGreaterThan(steepestFall);
  });

  test('shows the skin’s level without what the light does', () => {
    const light = (seconds: number) => 0.02 * Math.sin((2 * Math.PI * seconds) / 25);
    const { monitor } = watch({ rate: () => 72, seconds: 60, light, noise: 0.0003 });
    const level = monitor.trace(50)?.level ?? new Float64Array(1).fill(1);
    expect(standardDeviation(level)).toBeLessThan(0.006);
  });

  test('begins anew after a gap, and is gone while the rate is withheld', () => {
    const times = evenTimes(60).filter((time) => time < 30 || time > 33);
    const { monitor } = watch({ rate: () => 72, seconds: 60, times });
    expect(monitor.trace(60)?.startAt).toBeGreaterThan(33_000);
    monitor.block('covered');
    expect(monitor.trace(60)).toBeNull();
  });
});

describe('the waveform', () => {
  test('is blank until the rate is shown, then beats at it, upwards with the blood', () => {
    const { waveform } = watch({ rate: () => 60, seconds: 30, noise: 0.0003 });
    expect(waveform.slice(0, 150).every((sample) => sample === null)).toBe(true);
    const beats = waveform.slice(-250).filter((sample) => sample !== null);
    expect(beats).toHaveLength(250);
    const upward = beats.filter((sample, i) => i > 0 && sample >= 0 && beats[i - 1] < 0).length;
    expect(upward).toBeGreaterThanOrEqual(9);
    expect(upward).toBeLessThanOrEqual(11);
    // The simulated beat rises faster than it falls.
    const steepestRise = Math.max(...beats.slice(1).map((sample, i) => sample - beats[i]));
    const steepestFall = Math.max(...beats.slice(1).map((sample, i) => beats[i] - sample));
    expect(steepestRise).toBeGreaterThan(steepestFall);
  });

  test('continues itself piece by piece', () => {
    const monitor = new PulseMonitor();
    let expected: number | null = null;
    for (const { timeMs, values } of simulateSkin({ rate: () => 72, seconds: 15 })) {
      monitor.addSample(timeMs, values);
      const piece = monitor.waveform();
      if (piece === null) continue;
      if (expected !== null) expect(Math.abs(piece.startAt - expected)).toBeLessThanOrEqual(1);
      expected = piece.startAt + piece.samples.length * 40;
    }
    expect(expected).toBeGreaterThan(12_000);
  });
});
