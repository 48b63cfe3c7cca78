import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { BreathingMonitor } from './monitor.ts';

function watch(
  seconds: number,
  chest: (time: number) => number,
  keep: (time: number) => boolean = () => true,
) {
  const monitor = new BreathingMonitor();
  const vitals: Vital[] = [];
  for (let i = 0; i < seconds * 15; i++) {
    const time = i / 15;
    if (keep(time)) monitor.addSample(time * 1000, chest(time));
    if (i % 15 !== 14) continue;
    monitor.evaluate();
    vitals.push(monitor.vitalAt(time * 1000));
  }
  return vitals;
}
const breath = (perMin: number, time: number) => Math.sin((2 * Math.PI * perMin * time) / 60);

describe('the breathing rate', () => {
  test.each([7, 12, 16, 22, 30, 38])('of %i/min is read within 1/min in half a minute', (perMin) => {
    const noise = normalNumbers(perMin);
    const vitals = watch(35, (time) => 0.5 * breath(perMin, time) + 0.1 * noise());
    expect(vitals.slice(0, 19).every(({ value }) => value === null)).toBe(true);
    expect(Math.abs((vitals.at(-1)?.value ?? 0) - perMin)).toBeLessThan(1);
  });

  test('is withheld when the chest does not move with a rhythm', () => {
    const noise = normalNumbers(5);
    const vitals = watch(60, () => 0.3 * noise());
    expect(vitals.filter(({ value }) => value !== null).length).toBeLessThanOrEqual(3);
    expect(vitals.at(-1)?.reason).toBe('weak-signal');
  });

  test('is withheld when the movement is smaller than the picture’s noise', () => {
    expect(watch(40, (time) => 0.01 * breath(15, time)).at(-1)?.value).toBeNull();
  });

  test('is read through the slow settling of a body', () => {
    const vitals = watch(40, (time) => 0.4 * breath(15, time) + 0.1 * time);
    expect(vitals.at(-1)?.value).toBeCloseTo(15, 0);
  });

  test('is held over a gap in the picture', () => {
    const vitals = watch(
      44,
      (time) => 0.5 * breath(15, time),
      (time) => time < 34 || time > 37,
    );
    expect(vitals.at(-1)).toMatchObject({ state: 'held' });
  });
});
