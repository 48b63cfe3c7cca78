import { describe, expect, test } from '@jest/globals';
import { vitalSchema, type Vital } from '@haven/protocol';
import { PulseMonitor } from './monitor.ts';
import { evenTimes, randomNumbers, simulateSkin, type SimulatedSkin } from './testing/simulated-skin.ts';

type Second = { at: number; vital: Vital };

/** Feeds the samples and judges once a second, as the analyzer does. */
function watch(skin: SimulatedSkin, onSecond?: (second: number, monitor: PulseMonitor) => void) {
  const monitor = new PulseMonitor();
  const seconds: Second[] = [];
  const waveform: (number | null)[] = [];
  let next = 1000;
  for (const { timeMs, values } of simulateSkin(skin)) {
    monitor.addSample(timeMs, values);
    waveform.push(...(monitor.waveform()?.samples ?? []));
    if (timeMs < next) continue;
    next += 1000;
    onSecond?.(seconds.length + 1, monitor);
    monitor.evaluate();
    seconds.push({ at: timeMs, vital: monitor.vitalAt(timeMs) });
  }
  return { seconds, waveform, monitor };
}
const shown = (seconds: Second[]) => seconds.filter(({ vital }) => vital.value !== null);

describe('the pulse over time', () => {
  test.each([40, 55, 72, 96, 128, 170])('of %i/min is shown within 12 s and never wrong', (rate) => {
    const { seconds } = watch({ rate: () => rate, seconds: 20, seed: rate });
    expect(shown(seconds)[0].at).toBeLessThanOrEqual(12_000);
    expect(seconds.slice(0, 7).every(({ vital }) => vital.reason === 'starting')).toBe(true);
    for (const { vital } of shown(seconds)) expect(Math.abs((vital.value ?? 0) - rate)).toBeLessThan(3);
  });

  test.each([10, 30])('is right when %i %% of the frames are lost and the others come unevenly', (lost) => {
    const random = randomNumbers(lost);
    const times = evenTimes(30)
      .filter(() => random() * 100 > lost)
      .map((time) => time + random() * 0.03);
    const { seconds } = watch({ rate: () => 84, seconds: 30, times });
    expect(shown(seconds).length).toBeGreaterThan(15);
    for (const { vital } of shown(seconds)) expect(Math.abs((vital.value ?? 0) - 84)).toBeLessThan(3);
  });

  test('is never shown where there is none', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { seconds } = watch({ rate: () => 72, amplitude: 0, seconds: 40, seed });
      expect(shown(seconds).filter(({ vital }) => vital.state === 'measured').length).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    [70, 120],
    [96, 141],
    [120, 70],
  ])('follows a change from %i to %i/min in ten seconds within 15 s of its end', (from, to) => {
    const rate = (seconds: number) => from + (to - from) * Math.max(0, Math.min(1, (seconds - 20) / 10));
    const { seconds } = watch({ rate, seconds: 50 });
    const after = seconds.filter(({ at }) => at >= 45_000);
    for (const { vital } of after) expect(Math.abs((vital.value ?? 0) - to)).toBeLessThan(3);
  });

  test('is held when the signal fails, and withheld after 15 s', () => {
    const normal = { rate: () => 75, seconds: 60, noise: 0.001 };
    const monitor = new PulseMonitor();
    const states: string[] = [];
    let next = 1000;
    for (const [i, { timeMs, values }] of simulateSkin(normal).entries()) {
      // From the 20th second on the skin is buried in noise.
      const noisy =
        timeMs < 20_000 ? values : values.map((value, k) => value * (1 + 0.05 * Math.sin(i * i * (k + 1.3))));
      monitor.addSample(timeMs, noisy);
      if (timeMs < next) continue;
      next += 1000;
      monitor.evaluate();
      states.push(monitor.vitalAt(timeMs).state);
    }
    expect(states[18]).toBe('measured');
    const firstHeld = states.indexOf('held');
    expect(firstHeld).toBeGreaterThanOrEqual(19);
    expect(states.indexOf('withheld', firstHeld) - firstHeld).toBeGreaterThanOrEqual(13);
    expect(states.indexOf('withheld', firstHeld) - firstHeld).toBeLessThanOrEqual(16);
    expect(states.at(-1)).toBe('withheld');
  });

  test('is withheld at once when blocked, and an earlier value does not come back', () => {
    const { seconds } = watch({ rate: () => 72, seconds: 30 }, (second, monitor) => {
      if (second === 15) monitor.block('covered');
    });
    expect(seconds[13].vital.state).toBe('measured');
    expect(seconds[14].vital).toMatchObject({ state: 'withheld', value: null });
    expect(seconds[20].vital).toMatchObject({ state: 'withheld', reason: 'starting' });
    expect(seconds.at(-1)?.vital.state).toBe('measured');
  });

  test('is held over an interruption by movement', () => {
    const { seconds } = watch({ rate: () => 72, seconds: 30 }, (second, monitor) => {
      if (second === 15) monitor.interrupt('moving');
    });
    expect(seconds[16].vital).toMatchObject({ state: 'held', value: seconds[13].vital.value });
    expect(seconds.at(-1)?.vital.state).toBe('measured');
  });

  test('begins anew after a gap that is longer than a beat', () => {
    const times = evenTimes(40).filter((time) => time < 15 || time > 17);
    const { seconds } = watch({ rate: () => 72, seconds: 40, times });
    expect(seconds.find(({ at }) => at > 20_000)?.vital.state).toBe('held');
    expect(seconds.at(-1)?.vital.state).toBe('measured');
  });

  test('says what the protocol can carry', () => {
    const { seconds } = watch({ rate: () => 72, seconds: 15 });
    for (const { vital } of seconds) expect(vitalSchema.safeParse(vital).success).toBe(true);
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
