import { describe, expect, test } from '@jest/globals';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import type { PulseTrace } from '../pulse/trace.ts';
import { rmssd, sdnn } from './intervals.ts';
import { VariabilityMonitor } from './monitor.ts';
import { simulateTrace, type SimulatedTrace } from './testing/simulated-trace.ts';

/** A resting heart: breathing every 4 s, slow waves every 10 s, and some of its own. */
function restingHeart(seed: number) {
  const normal = normalNumbers(seed);
  return (time: number) =>
    0.85 +
    0.04 * Math.sin((2 * Math.PI * time) / 4) +
    0.03 * Math.sin((2 * Math.PI * time) / 10) +
    0.01 * normal();
}

function read(options: SimulatedTrace) {
  const { trace, beats } = simulateTrace(options);
  return { vitals: readTrace(trace), truth: beats.slice(1).map((beat, i) => 1000 * (beat - beats[i])) };
}

function readTrace(trace: PulseTrace) {
  const monitor = new VariabilityMonitor();
  const now = trace.startAt + (1000 * trace.pulse.length) / trace.rateHz;
  monitor.addPulse(now, trace);
  return monitor.vitals(now);
}

describe('variability of the beats’ intervals', () => {
  test.each([1, 2, 3])('is read within 3 ms from a clear pulse (heart %i)', (seed) => {
    const { vitals, truth } = read({ seconds: 90, interval: restingHeart(seed), noise: 0.02, seed });
    expect(vitals[0]).toMatchObject({ name: 'sdnn', unit: 'ms', state: 'measured', windowMs: 90_000 });
    expect(vitals[1]).toMatchObject({ name: 'rmssd', unit: 'ms', state: 'measured' });
    expect(Math.abs((vitals[0].value ?? 0) - sdnn(truth))).toBeLessThan(3);
    expect(Math.abs((vitals[1].value ?? 0) - rmssd(truth))).toBeLessThan(3);
  });

  test('has the timing errors of a noisy pulse taken off', () => {
    const { vitals, truth } = read({ seconds: 90, interval: restingHeart(4), noise: 0.08 });
    expect(Math.abs((vitals[0].value ?? 0) - sdnn(truth))).toBeLessThan(5);
    expect(Math.abs((vitals[1].value ?? 0) - rmssd(truth))).toBeLessThan(8);
  });

  test('is withheld where it would be no more than timing errors', () => {
    const { vitals } = read({ seconds: 90, interval: () => 0.85, noise: 0.2 });
    expect(vitals.map(({ reason }) => reason)).toEqual(['weak-signal', 'weak-signal']);
  });

  test('needs a minute', () => {
    const { vitals } = read({ seconds: 55, interval: restingHeart(1) });
    expect(vitals.map(({ reason }) => reason)).toEqual(['too-short', 'too-short']);
  });

  test('is withheld from noise', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { vitals } = read({ seconds: 90, height: () => 0, noise: 1, seed });
      expect(vitals.map(({ value }) => value)).toEqual([null, null]);
    }
  });

  test('leaves out missing beats, and is withheld when too many are missing', () => {
    const missing = (count: number) => (time: number) =>
      Math.floor(time) % Math.round(90 / count) === 0 ? 0 : 1;
    const some = read({ seconds: 90, interval: restingHeart(1), height: missing(5) });
    expect(Math.abs((some.vitals[0].value ?? 0) - sdnn(some.truth))).toBeLessThan(5);
    const many = read({ seconds: 90, interval: restingHeart(1), height: missing(30) });
    expect(many.vitals.map(({ value }) => value)).toEqual([null, null]);
  });

  test('leaves out an early beat and the pause after it', () => {
    const heart = restingHeart(2);
    const early = (time: number) => (Math.abs(time - 30) < 0.5 ? 0.55 : heart(time));
    const { vitals } = read({ seconds: 90, interval: early });
    const { truth } = read({ seconds: 90, interval: restingHeart(2) });
    expect(Math.abs((vitals[1].value ?? 0) - rmssd(truth))).toBeLessThan(5);
  });

  test('is not told from noise in a heart that beats without order', () => {
    const normal = normalNumbers(9);
    const { vitals } = read({ seconds: 90, interval: () => Math.max(0.45, 0.8 + 0.2 * normal()) });
    expect(vitals.map(({ value }) => value)).toEqual([null, null]);
  });
});

describe('the monitor of variability', () => {
  const { trace } = simulateTrace({ seconds: 90, interval: restingHeart(1) });

  test('says before its first minute that it needs a longer signal', () => {
    expect(new VariabilityMonitor().vitals(0).map(({ reason }) => reason)).toEqual([
      'too-short',
      'too-short',
    ]);
  });

  test('judges every 5 s; its values count as measured until then, then as held, then not at all', () => {
    const monitor = new VariabilityMonitor();
    monitor.addPulse(90_000, trace);
    expect(monitor.isDue(94_000)).toBe(false);
    expect(monitor.isDue(95_000)).toBe(true);
    expect(monitor.vitals(94_900)[0].state).toBe('measured');
    monitor.addPulse(95_000, null);
    expect(monitor.vitals(95_000)[0].state).toBe('held');
    expect(monitor.vitals(110_000)[0]).toMatchObject({ state: 'withheld', reason: 'weak-signal' });
  });

  test('withholds at once when the patient is no longer seen', () => {
    const monitor = new VariabilityMonitor();
    monitor.addPulse(90_000, trace);
    monitor.block('covered');
    expect(monitor.vitals(90_000)[1]).toMatchObject({ state: 'withheld', reason: 'covered' });
  });
});
