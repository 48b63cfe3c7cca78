import { BACKGROUND, channelIndex, REGION_NAMES, SKIN_SAMPLE_LENGTH } from '../../skin-sample.ts';

/** Reproducible numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normally distributed numbers by Box and Muller. */
export function normalNumbers(seed: number): () => number {
  const random = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export type SimulatedSkin = {
  /** 1/min, at each time. */
  rate: (seconds: number) => number;
  /** Relative change of the green, half the height; R and B follow as skin does. */
  amplitude?: number;
  /** Standard deviation of each channel's own noise, relative to its level. */
  noise?: number;
  /** Relative change of the room's light at each time, on skin and background alike. */
  light?: (seconds: number) => number;
  seconds: number;
  /** Times of the frames, s; 15 a second unless given. */
  times?: number[];
  seed?: number;
};
export type SimulatedSample = { timeMs: number; values: Float64Array };

const LEVELS = { red: 170, green: 120, blue: 95, background: 110 };
/** Strength of the pulse in red and blue relative to green (Wang et al. 2017). */
const PULSE_RED = 0.43;
const PULSE_BLUE = 0.69;
/** A region is a quarter of the skin: its noise is twice as large. */
const REGION_NOISE = 2;
const REGION_PIXELS = 400;

export function evenTimes(seconds: number, framesPerSecond = 15): number[] {
  return Array.from({ length: Math.round(seconds * framesPerSecond) }, (_, i) => i / framesPerSecond);
}

/** Skin samples as the sampler gives them, without a picture. */
export function simulateSkin(options: SimulatedSkin): SimulatedSample[] {
  const { rate, amplitude = 0.005, noise = 0.0015, light = () => 0, seed = 1 } = options;
  const normal = normalNumbers(seed);
  let phase = 0;
  let before = 0;
  return (options.times ?? evenTimes(options.seconds)).map((time) => {
    phase += ((time - before) * rate(time)) / 60;
    before = time;
    const angle = 2 * Math.PI * phase;
    // Blood takes light: the channels fall with each beat.
    const beat = -amplitude * (Math.sin(angle) + 0.35 * Math.sin(2 * angle - 0.8));
    const lit = 1 + light(time);
    const level = (base: number, pulse: number, ownNoise: number) =>
      base * lit * (1 + pulse * beat) * (1 + ownNoise * normal());
    const values = new Float64Array(SKIN_SAMPLE_LENGTH);
    for (let region = 0; region < REGION_NAMES.length; region++) {
      values[channelIndex(region, 'red')] = level(LEVELS.red, PULSE_RED, noise * REGION_NOISE);
      values[channelIndex(region, 'green')] = level(LEVELS.green, 1, noise * REGION_NOISE);
      values[channelIndex(region, 'blue')] = level(LEVELS.blue, PULSE_BLUE, noise * REGION_NOISE);
      values[channelIndex(region, 'pixels')] = REGION_PIXELS;
    }
    for (const channel of ['red', 'green', 'blue'] as const) {
      values[channelIndex(BACKGROUND, channel)] = level(LEVELS.background, 0, noise);
    }
    values[channelIndex(BACKGROUND, 'pixels')] = REGION_PIXELS;
    return { timeMs: time * 1000, values };
  });
}
