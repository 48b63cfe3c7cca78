import { describe, expect, test } from '@jest/globals';
import { PulseEstimator, type Demand } from './estimator.ts';
import { pulseSignals } from './signals.ts';
import { evenTimes, simulateSkin, type SimulatedSkin } from './testing/simulated-skin.ts';

const RATE = 25;
const estimator = new PulseEstimator(RATE);
const NO_DEMAND: Demand = { extraSnrDb: 0, expectedPerMin: null, still: true };

function estimate(
  skin: Omit<SimulatedSkin, 'seconds'>,
  { demand = NO_DEMAND, background = true, colourless = false } = {},
) {
  const samples = simulateSkin({ ...skin, seconds: 10, times: evenTimes(10, RATE) });
  const channel = (index: number) => Float64Array.from(samples, ({ values }) => values[index]);
  const green = channel(1);
  // Compression that takes the colour away leaves three channels that move as one.
  const as = (index: number) =>
    colourless ? green.map((value, i) => value + (i % 2) * 0.01 * index) : channel(index);
  const window = {
    red: as(0),
    green,
    blue: as(2),
    regions: [channel(3), channel(4), channel(5)],
    background: background ? channel(6) : null,
  };
  return estimator.estimate(pulseSignals(window, RATE), demand);
}

describe('the pulse of a window', () => {
  const rates = [38, 45, 55, 72, 88, 96, 110, 128, 141, 160, 180];
  test.each(rates)('is read within 2/min at %i/min from clear skin', (rate) => {
    const { estimate: result } = estimate({ rate: () => rate, seed: rate });
    expect(Math.abs((result?.perMin ?? 0) - rate)).toBeLessThan(2);
  });

  test('is read by all methods together where they agree', () => {
    expect(estimate({ rate: () => 72 }).estimate?.method).toBe('pos+chrom+green');
  });

  test.each(rates)('is read from brightness alone at %i/min when the colour is gone', (rate) => {
    const { estimate: result } = estimate({ rate: () => rate, seed: rate }, { colourless: true });
    expect(result?.method).toBe('green');
    expect(Math.abs((result?.perMin ?? 0) - rate)).toBeLessThan(2);
  });

  test('is not read from brightness alone without a background to tell light from blood', () => {
    expect(estimate({ rate: () => 72 }, { colourless: true, background: false }).estimate).toBeNull();
  });

  test('is not read from brightness alone when the head moved', () => {
    const demand = { ...NO_DEMAND, still: false };
    expect(estimate({ rate: () => 72 }, { colourless: true, demand }).estimate).toBeNull();
    expect(estimate({ rate: () => 72 }, { demand }).estimate).not.toBeNull();
  });

  test.each([54, 84, 108])('is not mistaken for a light that pulses %i times a minute', (perMin) => {
    const light = (seconds: number) => 0.01 * Math.sin((2 * Math.PI * perMin * seconds) / 60);
    const { estimate: result } = estimate({ rate: () => 70, amplitude: 0.0005, light });
    expect(Math.abs((result?.perMin ?? 70) - perMin)).toBeGreaterThan(5);
  });

  test('is seen through changing light that the background shows as well', () => {
    const light = (seconds: number) => 0.004 * Math.sin((2 * Math.PI * 50 * seconds) / 60);
    const { estimate: result } = estimate({ rate: () => 92, light });
    expect(Math.abs((result?.perMin ?? 0) - 92)).toBeLessThan(2);
  });

  test('is refused where there is none, in all but a very few of many windows', () => {
    let accepted = 0;
    for (let seed = 1; seed <= 100; seed++) {
      if (estimate({ rate: () => 72, amplitude: 0, seed }).estimate !== null) accepted++;
    }
    expect(accepted).toBeLessThanOrEqual(3);
  });

  test('has to be clearer when more is demanded', () => {
    const faint = { rate: () => 72, amplitude: 0.0012, seed: 3 };
    expect(estimate(faint).estimate).not.toBeNull();
    const demand = { ...NO_DEMAND, extraSnrDb: 20 };
    expect(estimate(faint, { demand }).refusal).toBe('weak-signal');
  });

  test('is believed a little sooner near the rate that was shown', () => {
    const known = (expectedPerMin: number | null) =>
      rates.filter((rate) => {
        const demand = { ...NO_DEMAND, expectedPerMin: expectedPerMin === null ? null : rate };
        return estimate({ rate: () => rate, amplitude: 0.0008, seed: rate }, { demand }).estimate !== null;
      }).length;
    expect(known(1)).toBeGreaterThanOrEqual(known(null));
  });
});
