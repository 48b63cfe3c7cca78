import { BAND_HIGH_HZ, BAND_LOW_HZ } from '../../pulse/band.ts';
import { bandPassZeroPhase } from '../../pulse/filter.ts';
import { normalNumbers } from '../../pulse/testing/simulated-skin.ts';
import type { PulseTrace } from '../../pulse/trace.ts';

const RATE_HZ = 25;

export type SimulatedTrace = {
  seconds: number;
  /** Intervals from one beat to the next, s, by the time of the first. */
  interval?: (time: number) => number;
  /** Height of a beat, by its time; 0 leaves it out. */
  height?: (time: number) => number;
  /** Slow changes of the level, in heights of a beat. */
  level?: (time: number) => number;
  /** Standard deviation of each sample, in heights of a beat. */
  noise?: number;
  /** Time of the first sample, ms. */
  startAt?: number;
  seed?: number;
};

/** A pulse trace whose beats are known, and their times (s from its start). */
export function simulateTrace(options: SimulatedTrace): { trace: PulseTrace; beats: number[] } {
  const {
    seconds,
    interval = () => 0.8,
    height = () => 1,
    level = () => 0,
    noise = 0.02,
    startAt = 0,
  } = options;
  const normal = normalNumbers(options.seed ?? 1);
  const beats: number[] = [];
  for (let time = -2; time < seconds + 2; time += interval(time)) beats.push(time);
  const mean = (beats[beats.length - 1] - beats[0]) / (beats.length - 1);
  const samples = Float64Array.from({ length: seconds * RATE_HZ }, (_, i) => {
    const time = i / RATE_HZ;
    const near = beats.filter((beat) => Math.abs(time - beat) < 1.5);
    const waves = near.reduce((sum, beat) => sum + height(beat) * wave(time - beat), 0);
    return 0.01 * (waves + level(time) + noise * normal());
  });
  const trace: PulseTrace = {
    startAt,
    rateHz: RATE_HZ,
    pulse: bandPassZeroPhase(samples, BAND_LOW_HZ, BAND_HIGH_HZ, RATE_HZ),
    level: samples,
    perMin: 60 / mean,
    quality: 0.95,
  };
  return { trace, beats: beats.filter((beat) => beat >= 0 && beat < seconds) };
}

/** A systolic and a dicrotic wave (Gaussians, as McSharry et al. 2003 build an ECG). */
function wave(since: number): number {
  const bell = (centre: number, width: number) => Math.exp(-0.5 * ((since - centre) / width) ** 2);
  return bell(0.2, 0.09) + 0.35 * bell(0.48, 0.1);
}
