import { describe, expect, test } from '@jest/globals';
import { vitalSchema, type Vital } from '@haven/protocol';
import { SKIN_SAMPLE_LENGTH } from '../skin-sample.ts';
import { PulseMonitor } from './monitor.ts';
import { standardDeviation } from './statistics.ts';
import {
  evenTimes,
  normalNumbers,
  randomNumbers,
  simulateSkin,
  type SimulatedSkin,
} from './testing/simulated-skin.ts';

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

  test.each([1, 0.05])('is not shown where there is none, with %d of the colour left', (colour) => {
    let shownSeconds = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const { seconds } = watch({ rate: () => 72, amplitude: 0, colour, seconds: 40, seed });
      shownSeconds += shown(seconds).length;
    }
    expect(shownSeconds).toBe(0);
  });

  test('is read from brightness alone when compression has taken the colour', () => {
    const { seconds } = watch({ rate: () => 84, colour: 0.02, noise: 0.002, seconds: 25 });
    const last = seconds.at(-1)?.vital;
    expect(last).toMatchObject({ state: 'measured', method: expect.stringContaining('luma') });
    expect(Math.abs((last?.value ?? 0) - 84)).toBeLessThan(2);
  });

  test.each([50, 84, 108])(
    'is not mistaken for light of %i a minute, however late skin sees it',
    (perMin) => {
      const light = (seconds: number) => 0.01 * Math.sin((2 * Math.PI * perMin * seconds) / 60);
      for (const lightDelay of [0, 0.05, 0.1]) {
        const { seconds } = watch({ rate: () => 72, amplitude: 0, light, lightDelay, seconds: 30 });
        expect(shown(seconds)).toEqual([]);
      }
    },
  );

  test('is seen through light that flickers ten times as strongly', () => {
    const light = (seconds: number) => 0.03 * Math.sin((2 * Math.PI * 100 * seconds) / 60);
    const { seconds } = watch({ rate: () => 72, amplitude: 0.003, light, lightDelay: 0.05, seconds: 25 });
    expect(Math.abs((seconds.at(-1)?.vital.value ?? 0) - 72)).toBeLessThan(2);
  });

  test.each([1, 2])('is not mistaken for key frames that brighten the picture every %i s', (interval) => {
    const light = (seconds: number) => (seconds % interval < 0.1 ? 0.003 : 0);
    const { seconds } = watch({ rate: () => 72, amplitude: 0, light, seconds: 30 });
    expect(shown(seconds)).toEqual([]);
  });

  test('is not doubled by a strong second harmonic, nor by its alias at 7.5 frames a second', () => {
    const dicrotic = watch({ rate: () => 66, harmonic: 0.8, seconds: 20 });
    expect(Math.abs((dicrotic.seconds.at(-1)?.vital.value ?? 0) - 66)).toBeLessThan(2);
    const slow = watch({ rate: () => 180, harmonic: 0.5, seconds: 20, times: evenTimes(20, 7.5) });
    expect(Math.abs((slow.seconds.at(-1)?.vital.value ?? 0) - 180)).toBeLessThan(2);
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
    const monitor = new PulseMonitor();
    const noise = normalNumbers(8);
    const states: string[] = [];
    let next = 1000;
    for (const { timeMs, values } of simulateSkin({ rate: () => 75, seconds: 45, noise: 0.001 })) {
      // From the 20th second on the skin is buried in noise.
      monitor.addSample(
        timeMs,
        timeMs < 20_000 ? values : values.map((value) => value * (1 + 0.03 * noise())),
      );
      if (timeMs < next) continue;
      next += 1000;
      monitor.evaluate();
      states.push(monitor.vitalAt(timeMs).state);
    }
    expect(states[18]).toBe('measured');
    const firstHeld = states.indexOf('held');
    expect(firstHeld).toBeGreaterThanOrEqual(19);
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

  test.each([
    [70, 120, 0.001],
    [70, 120, 0.004],
    [120, 70, 0.004],
  ])(
    'after a step from %i to %i/min is the new one within 15 s, the old one for 12 at most',
    (from, to, noise) => {
      const { seconds } = watch({ rate: (time) => (time < 20 ? from : to), noise, seconds: 45 });
      for (const { at, vital } of seconds) {
        if (at >= 35_000) expect(Math.abs((vital.value ?? 0) - to)).toBeLessThan(3);
        else if (at >= 32_000 && vital.value !== null) expect(Math.abs(vital.value - to)).toBeLessThan(5);
      }
    },
  );

  test('is withheld as moving when the head moved and the skin shows nothing clear', () => {
    const { seconds } = watch({ rate: () => 72, amplitude: 0, seconds: 20 }, (second, monitor) => {
      monitor.noteMovement(second * 1000);
    });
    expect(seconds.at(-1)?.vital).toMatchObject({ state: 'withheld', reason: 'moving' });
  });

  test('has an interval that holds it', () => {
    const { seconds } = watch({ rate: () => 72, seconds: 20 });
    for (const { vital } of shown(seconds)) {
      expect(vital.interval?.low).toBeLessThanOrEqual(72);
      expect(vital.interval?.high).toBeGreaterThanOrEqual(72);
    }
  });

  test('says what the protocol can carry', () => {
    const { seconds } = watch({ rate: () => 72, seconds: 15 });
    for (const { vital } of seconds) expect(vitalSchema.safeParse(vital).success).toBe(true);
  });
});

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
