import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { simulateTrace, type SimulatedTrace } from '../variability/testing/simulated-trace.ts';
import { BreathingMonitor } from './monitor.ts';

/** Four patches that move as one before a wall that does not move. */
const together = (displacement: number) =>
  Float64Array.of(...Array.from({ length: 4 }, () => displacement), 0);
const breath = (perMin: number, time: number) => Math.sin((2 * Math.PI * perMin * time) / 60);

function watchChest(
  seconds: number,
  chest: (time: number) => number,
  keep: (time: number) => boolean = () => true,
) {
  const monitor = new BreathingMonitor();
  const vitals: Vital[] = [];
  for (let i = 0; i < seconds * 15; i++) {
    const time = i / 15;
    if (keep(time)) monitor.addChest(time * 1000, together(chest(time)));
    if (i % 15 !== 14) continue;
    monitor.evaluate();
    vitals.push(monitor.vitalAt(time * 1000));
  }
  return vitals;
}

/** Second by second, as a pulse monitor gives the last 40 s of its trace. */
function watchPulse(options: SimulatedTrace, monitor = new BreathingMonitor()) {
  const { trace } = simulateTrace(options);
  const vitals: Vital[] = [];
  for (let second = 1; second <= options.seconds; second++) {
    const end = second * trace.rateHz;
    const from = Math.max(0, end - 40 * trace.rateHz);
    monitor.addPulse({
      ...trace,
      startAt: (from / trace.rateHz) * 1000,
      pulse: trace.pulse.slice(from, end),
      level: trace.level.slice(from, end),
    });
    monitor.evaluate();
    vitals.push(monitor.vitalAt(second * 1000));
  }
  return vitals;
}

describe('breathing from the chest', () => {
  test.each([7, 12, 16, 22, 30, 38])('of %i/min is read within 1/min in half a minute', (perMin) => {
    const noise = normalNumbers(perMin);
    const vitals = watchChest(35, (time) => 0.5 * breath(perMin, time) + 0.1 * noise());
    expect(vitals.slice(0, 19).every(({ value }) => value === null)).toBe(true);
    expect(Math.abs((vitals.at(-1)?.value ?? 0) - perMin)).toBeLessThan(1);
    expect(vitals.at(-1)).toMatchObject({ state: 'measured', method: 'chest-movement' });
  });

  test('is withheld when the chest does not move with a rhythm', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const noise = normalNumbers(seed);
      const vitals = watchChest(60, () => 0.3 * noise());
      expect(vitals.filter(({ value }) => value !== null)).toEqual([]);
      expect(vitals.at(-1)?.reason).toBe('weak-signal');
    }
  });

  test('is withheld when the movement is smaller than the picture’s noise', () => {
    expect(watchChest(40, (time) => 0.01 * breath(15, time)).at(-1)?.value).toBeNull();
  });

  test('is read through the slow settling of a body', () => {
    const vitals = watchChest(40, (time) => 0.4 * breath(15, time) + 0.1 * time);
    expect(vitals.at(-1)?.value).toBeCloseTo(15, 0);
  });

  test('of slow breaths with a sharp rise is not taken for twice as fast', () => {
    const vitals = watchChest(60, (time) => 0.5 * breath(9, time) + 0.3 * breath(18, time));
    expect(Math.abs((vitals.at(-1)?.value ?? 0) - 9)).toBeLessThan(1);
  });

  test('is held over a gap in the picture', () => {
    const vitals = watchChest(
      44,
      (time) => 0.5 * breath(15, time),
      (time) => time < 34 || time > 37,
    );
    expect(vitals.at(-1)).toMatchObject({ state: 'held' });
  });

  test('follows a change from 12 to 24/min within 45 s, and says neither while it is unsure', () => {
    const noise = normalNumbers(3);
    let phase = 0;
    const vitals = watchChest(150, (time) => {
      phase += (time < 60 ? 12 : 24) / 60 / 15;
      return 0.5 * Math.sin(2 * Math.PI * phase) + 0.05 * noise();
    });
    for (const { value, state } of vitals.slice(105)) {
      expect(state).toBe('measured');
      expect(Math.abs((value ?? 0) - 24)).toBeLessThan(1.5);
    }
    for (const { value } of vitals.slice(35)) {
      expect(value === null || Math.abs(value - 12) < 3 || Math.abs(value - 24) < 3).toBe(true);
    }
  });
});

describe('breathing from the pulse', () => {
  test.each([8, 14, 20, 28])('of %i/min is read from the beats’ heights', (perMin) => {
    const vitals = watchPulse({ seconds: 60, height: (time) => 1 + 0.15 * breath(perMin, time) });
    expect(Math.abs((vitals.at(-1)?.value ?? 0) - perMin)).toBeLessThan(1);
    expect(vitals.at(-1)).toMatchObject({ state: 'measured', method: 'pulse-modulation', windowMs: 32_000 });
  });

  test('is read from the beats’ intervals, and from the level', () => {
    const intervals = watchPulse({ seconds: 60, interval: (time) => 0.8 + 0.03 * breath(15, time) });
    expect(Math.abs((intervals.at(-1)?.value ?? 0) - 15)).toBeLessThan(1);
    const level = watchPulse({ seconds: 60, level: (time) => 0.3 * breath(15, time) });
    expect(Math.abs((level.at(-1)?.value ?? 0) - 15)).toBeLessThan(1);
  });

  test('is withheld when nothing modulates the pulse', () => {
    for (let seed = 1; seed <= 2; seed++) {
      const vitals = watchPulse({ seconds: 90, noise: 0.1, seed });
      expect(vitals.filter(({ value }) => value !== null).length).toBeLessThanOrEqual(3);
    }
  });

  test('is not taken from vessels that widen and narrow at 0.1 Hz (Mayer) while breaths are seen', () => {
    const vitals = watchPulse({
      seconds: 90,
      level: (time) => 0.3 * breath(6, time) + 0.3 * breath(15, time),
      height: (time) => 1 + 0.1 * breath(15, time),
    });
    expect(Math.abs((vitals.at(-1)?.value ?? 15) - 15)).toBeLessThan(1);
    for (const { value } of vitals) expect(value === null || Math.abs(value - 15) < 3).toBe(true);
  });

  test('is not taken from every second beat being weak', () => {
    const vitals = watchPulse({
      seconds: 90,
      height: (time) => (Math.round(time / 0.8) % 2 === 0 ? 1 : 0.8),
    });
    for (const { value } of vitals) expect(value === null || value < 35).toBe(true);
  });
});

describe('breathing from both', () => {
  test('names both when both show it', () => {
    const monitor = new BreathingMonitor();
    for (let i = 0; i < 39 * 15; i++) monitor.addChest((i / 15) * 1000, together(0.5 * breath(15, i / 15)));
    const { trace } = simulateTrace({ seconds: 39, height: (time) => 1 + 0.2 * breath(15, time) });
    monitor.addPulse(trace);
    monitor.evaluate();
    expect(monitor.vitalAt(39_000)).toMatchObject({ state: 'measured', method: 'chest+pulse' });
  });

  test('is the chest’s when the two are sure of different rates', () => {
    const monitor = new BreathingMonitor();
    for (let i = 0; i < 39 * 15; i++) monitor.addChest((i / 15) * 1000, together(0.5 * breath(15, i / 15)));
    const nodding = (time: number) => 0.3 * breath(28, time);
    const { trace } = simulateTrace({ seconds: 39, height: (time) => 1 + nodding(time), level: nodding });
    monitor.addPulse(trace);
    monitor.evaluate();
    const vital = monitor.vitalAt(39_000);
    expect(vital).toMatchObject({ state: 'measured', method: 'chest-movement' });
    expect(Math.abs((vital.value ?? 0) - 15)).toBeLessThan(1);
  });

  test('is not held on from the pulse when the chest is sure of another rate', () => {
    const monitor = new BreathingMonitor();
    watchPulse({ seconds: 60, height: (time) => 1 + 0.2 * breath(15, time) }, monitor);
    for (let i = 0; i < 60 * 15; i++) monitor.addChest((i / 15) * 1000, together(0.5 * breath(30, i / 15)));
    monitor.evaluate();
    expect(monitor.vitalAt(60_000)).toMatchObject({ state: 'withheld', reason: 'disagreement' });
  });

  test('withholds at once when the patient is no longer seen', () => {
    const monitor = new BreathingMonitor();
    watchPulse({ seconds: 60, height: (time) => 1 + 0.2 * breath(15, time) }, monitor);
    expect(monitor.vitalAt(60_000).state).toBe('measured');
    monitor.block('no-face');
    expect(monitor.vitalAt(60_000)).toMatchObject({ state: 'withheld', reason: 'no-face' });
  });
});
