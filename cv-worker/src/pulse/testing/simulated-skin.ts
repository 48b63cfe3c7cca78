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
  /** Height of the beat's second harmonic against its fundamental. */
  harmonic?: number;
  /** Standard deviation of each channel's own noise over the whole skin, relative to its level. */
  noise?: number;
  /** Relative change of the light at each time, on skin and background alike. */
  light?: (seconds: number) => number;
  /** How much later each region sees the light than the background, s: a rolling shutter's rows. */
  lightDelay?: number;
  /** Skin moves with this, the background not: relative change of brightness at each time. */
  movement?: (seconds: number) => number;
  /** Where the head is, face widths up; not told unless given. */
  head?: (seconds: number) => number;
  /** Compression leaves this share of the pulse's and the noise's colour; brightness stays. */
  colour?: number;
  /** Whether the picture shows a background. */
  background?: boolean;
  seconds: number;
  /** Times of the frames, s; 15 a second unless given. */
  times?: number[];
  seed?: number;
};
export type SimulatedSample = { timeMs: number; values: Float64Array; head?: { x: number; y: number } };

const LEVELS = { red: 170, green: 120, blue: 95, background: 110 };
/** Strength of the pulse in red and blue relative to green (Wang et al. 2017). */
const PULSE = { red: 0.43, green: 1, blue: 0.69 };
const COLOURS = ['red', 'green', 'blue'] as const;
/** A region is a quarter of the skin: its noise is twice as large. */
const REGION_NOISE = 2;
const REGION_PIXELS = 400;

export function evenTimes(seconds: number, framesPerSecond = 15): number[] {
  return Array.from({ length: Math.round(seconds * framesPerSecond) }, (_, i) => i / framesPerSecond);
}

/** Skin samples as the sampler gives them, without a picture. */
export function simulateSkin(options: SimulatedSkin): SimulatedSample[] {
  const { rate, amplitude = 0.005, noise = 0.0015, harmonic = 0.35, colour = 1, seed = 1 } = options;
  const { light = () => 0, lightDelay = 0, movement = () => 0, background = true } = options;
  const normal = normalNumbers(seed);
  let phase = 0;
  let before = 0;
  return (options.times ?? evenTimes(options.seconds)).map((time) => {
    phase += ((time - before) * rate(time)) / 60;
    before = time;
    const angle = 2 * Math.PI * phase;
    // Blood takes light: the channels fall with each beat.
    const beat = -amplitude * (Math.sin(angle) + harmonic * Math.sin(2 * angle - 0.8));
    const values = new Float64Array(SKIN_SAMPLE_LENGTH);
    REGION_NAMES.forEach((_, region) => {
      const lit = (1 + light(time - region * lightDelay)) * (1 + movement(time));
      const changes = COLOURS.map((name) => PULSE[name] * beat + noise * REGION_NOISE * normal());
      const common = changes[1];
      COLOURS.forEach((name, i) => {
        const change = common + colour * (changes[i] - common);
        values[channelIndex(region, name)] = LEVELS[name] * lit * (1 + change);
      });
      values[channelIndex(region, 'pixels')] = REGION_PIXELS;
    });
    if (background) {
      for (const name of COLOURS) {
        const level = LEVELS.background * (1 + light(time + lightDelay)) * (1 + noise * normal());
        values[channelIndex(BACKGROUND, name)] = level;
      }
      values[channelIndex(BACKGROUND, 'pixels')] = REGION_PIXELS;
    }
    const head = options.head === undefined ? {} : { head: { x: 0, y: options.head(time) } };
    return { timeMs: time * 1000, values, ...head };
  });
}
