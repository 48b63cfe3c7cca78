import { describe, expect, test } from '@jest/globals';
import { vitalSchema } from '@haven/protocol';
import { PulseMonitor } from './monitor.ts';
import { evenTimes, normalNumbers, randomNumbers, simulateSkin } from './testing/simulated-skin.ts';
import { shown, watch } from './testing/watch-skin.ts';

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

  test('is hardly ever shown where there is none, and not for long', () => {
    const runs: number[] = [];
    let judged = 0;
    for (const colour of [1, 0.05]) {
      for (let seed = 1; seed <= 60; seed++) {
        const { seconds } = watch({ rate: () => 72, amplitude: 0, colour, seconds: 40, seed });
        judged += seconds.length;
        runs.push(shown(seconds).length);
      }
    }
    expect(runs.reduce((sum, shownSeconds) => sum + shownSeconds, 0)).toBeLessThan(0.002 * judged);
    expect(Math.max(...runs)).toBeLessThan(5);
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

  test('is withheld where few pictures would show a fast one as a slow one', () => {
    const { seconds } = watch({ rate: () => 180, seconds: 25, times: evenTimes(25, 4) });
    expect(shown(seconds)).toEqual([]);
    expect(seconds.at(-1)?.vital.reason).toBe('few-pictures');
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

  test.each([150, 165, 176])(
    'of %i/min is not read as the alias of its double when few frames are lost',
    (rate) => {
      const random = randomNumbers(5);
      const times = evenTimes(60, 7.5).filter(() => random() > 0.1);
      const { seconds } = watch({ rate: () => rate, harmonic: 0.6, seconds: 60, times });
      for (const { vital } of shown(seconds)) expect(Math.abs((vital.value ?? 0) - rate)).toBeLessThan(10);
    },
  );

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
