import { describe, expect, test } from '@jest/globals';
import { beliefOf, type Belief } from './posterior.ts';
import { rateOf, STATES } from './rate-grid.ts';
import { RateTracker } from './rate-tracker.ts';
import { randomNumbers } from './testing/simulated-skin.ts';

/** Log-likelihood with a peak of so many nats, as wide as a window of 10 s makes it. */
function peak(perMin: number, nats: number): Float64Array {
  return Float64Array.from({ length: STATES }, (_, state) => {
    const distance = (rateOf(state) - perMin) / 5;
    return nats * Math.exp(-0.5 * distance * distance);
  });
}

function follow(tracker: RateTracker, evidence: Float64Array[]): Belief[] {
  return evidence.map((seen) => beliefOf(tracker.update(seen)));
}
const seconds = <T>(count: number, of: (second: number) => T) =>
  Array.from({ length: count }, (_, second) => of(second));

describe('the tracker of the rate', () => {
  test('is the surer of a weak pulse the longer it lasts', () => {
    const beliefs = follow(
      new RateTracker(),
      seconds(12, () => peak(72, 2.5)),
    );
    expect(beliefs[11].logOdds).toBeGreaterThan(beliefs[0].logOdds + 1);
    expect(beliefs[11].perMin).toBeCloseTo(72, 0);
  });

  test('follows a slow drift without losing it', () => {
    const rate = (second: number) => 70 + 2 * second;
    const beliefs = follow(
      new RateTracker(),
      seconds(30, (second) => peak(rate(second), 6)),
    );
    beliefs.forEach(({ perMin }, second) => expect(Math.abs(perMin - rate(second))).toBeLessThan(3));
  });

  test('jumps when the evidence does', () => {
    const tracker = new RateTracker();
    follow(
      tracker,
      seconds(20, () => peak(70, 8)),
    );
    const after = follow(
      tracker,
      seconds(4, () => peak(120, 8)),
    );
    expect(after[3].perMin).toBeCloseTo(120, 0);
    expect(after[3].logOdds).toBeGreaterThan(2);
  });

  test('prefers the rate it knows to an equal one at twice that', () => {
    const tracker = new RateTracker();
    follow(
      tracker,
      seconds(10, () => peak(60, 6)),
    );
    const both = peak(60, 5).map((value, state) => Math.max(value, peak(120, 5)[state]));
    expect(beliefOf(tracker.update(both)).perMin).toBeCloseTo(60, 0);
  });

  test('is sure of nothing when noise shows another rate every time', () => {
    const random = randomNumbers(4);
    const beliefs = follow(
      new RateTracker(),
      seconds(200, () => peak(36 + 164 * random(), 3)),
    );
    const sure = beliefs.filter(({ logOdds }) => logOdds > 2);
    expect(sure.length).toBeLessThan(10);
  });

  test('grows less sure while nothing is seen, and knows nothing after a reset', () => {
    const tracker = new RateTracker();
    follow(
      tracker,
      seconds(10, () => peak(70, 4)),
    );
    const flat = new Float64Array(STATES);
    const width = ({ low, high }: Belief) => high - low;
    const before = beliefOf(tracker.update(flat));
    seconds(20, () => tracker.skip());
    const after = beliefOf(tracker.update(flat));
    expect(width(after)).toBeGreaterThan(width(before) + 5);
    tracker.reset();
    const { low, high, logOdds } = beliefOf(tracker.update(flat));
    expect(high - low).toBeGreaterThan(150);
    expect(logOdds).toBeLessThan(-2);
  });
});

describe('a belief', () => {
  test('is the mean about the most probable rate, and its interval holds 95 %', () => {
    const posterior = new Float64Array(STATES);
    const weights = [0.02, 0.08, 0.2, 0.4, 0.2, 0.08, 0.02];
    weights.forEach((weight, i) => (posterior[70 - 36 - 3 + i] = weight));
    const { perMin, low, high, logOdds } = beliefOf(posterior);
    expect(perMin).toBeCloseTo(70, 6);
    expect(low).toBeCloseTo(67.5625, 4);
    expect(high).toBeCloseTo(72.4375, 4);
    expect(logOdds).toBeGreaterThan(15);
  });

  test('counts a second rate against itself', () => {
    const posterior = new Float64Array(STATES);
    posterior[30] = 0.75;
    posterior[90] = 0.25;
    expect(beliefOf(posterior).logOdds).toBeCloseTo(Math.log(3), 6);
  });
});
