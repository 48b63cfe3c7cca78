import type { Interval } from '@haven/protocol';
import { MAX_PULSE_PER_MIN, MIN_PULSE_PER_MIN } from './band.ts';
import type { Belief } from './posterior.ts';

/**
 * What the tracker's log odds of being within 5/min were worth: shares of 10 s windows that were right, each of three
 * sources counting alike (fingertips against a chest strap, 11 people; oximeters in intensive care against the ECG, 12
 * people; simulated faces of all tones at 200 to 1500 kbit/s, with those that have no pulse). Joined by straight lines.
 * The tracker is too sure of itself: it takes an irregular pulse's windows for independent.
 */
const CALIBRATION: readonly { logOdds: number; quality: number }[] = [
  { logOdds: -1.5, quality: 0.35 },
  { logOdds: -0.5, quality: 0.5 },
  { logOdds: 0.5, quality: 0.72 },
  { logOdds: 1.5, quality: 0.83 },
  { logOdds: 2.5, quality: 0.87 },
  { logOdds: 3.5, quality: 0.91 },
  { logOdds: 5, quality: 0.97 },
  { logOdds: 7, quality: 0.98 },
  { logOdds: 10, quality: 0.99 },
];

/**
 * Half of an interval that even the clearest pulse needs, 1/min: how far mean rates of a window by camera or oximeter
 * and by ECG are apart in 95 of 100 cases.
 */
const INTERVAL_FLOOR_PER_MIN = 2.5;

/** Signal quality index: the share of values with such odds that are within 5/min, 0–1. */
export function pulseQuality(logOdds: number): number {
  const above = CALIBRATION.findIndex((knot) => knot.logOdds > logOdds);
  if (above === 0) return CALIBRATION[0].quality;
  const to = CALIBRATION.at(above) ?? CALIBRATION[0];
  if (above === -1) return to.quality;
  const from = CALIBRATION[above - 1];
  const share = (logOdds - from.logOdds) / (to.logOdds - from.logOdds);
  return Math.round(100 * (from.quality + share * (to.quality - from.quality))) / 100;
}

/** Where the true rate lies with a probability of 95 %, 1/min. */
export function pulseInterval({ perMin, low, high }: Belief): Interval {
  const below = Math.hypot(Math.max(0, perMin - low), INTERVAL_FLOOR_PER_MIN);
  const above = Math.hypot(Math.max(0, high - perMin), INTERVAL_FLOOR_PER_MIN);
  return {
    low: tenths(Math.max(MIN_PULSE_PER_MIN - INTERVAL_FLOOR_PER_MIN, perMin - below)),
    high: tenths(Math.min(MAX_PULSE_PER_MIN + INTERVAL_FLOOR_PER_MIN, perMin + above)),
  };
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
