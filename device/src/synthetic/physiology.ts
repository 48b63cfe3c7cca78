import { RampedRate, valueAt, type Timeline } from './timeline.ts';

const { PI, cos, exp, floor, max, min, round, sin, trunc } = Math;

/** Respiratory sinus arrhythmia: the heart beats faster breathing in, by this share of its rate. */
const SINUS_ARRHYTHMIA = 0.02;

/** One Gaussian of a beat: where in the beat it peaks, how wide it is (both in beats) and its height. */
interface Wavelet {
  peak: number;
  width: number;
  height: number;
}

/** A fingertip-like beat: systolic peak, dicrotic notch, diastolic wave (sum of Gaussians, Rubins 2008). */
const BEAT: readonly Wavelet[] = [
  { peak: 0.22, width: 0.095, height: 1 },
  { peak: 0.37, width: 0.12, height: 0.3 },
  { peak: 0.58, width: 0.12, height: 0.36 },
];
const BEAT_SAMPLES = 512;

/** Breathing out takes longer than breathing in; this second harmonic tilts the wave so. */
const EXPIRATION_TILT = 0.18;

function beatTable(): Float32Array {
  const table = new Float32Array(BEAT_SAMPLES + 1);
  for (let i = 0; i < BEAT_SAMPLES; i++) {
    for (const { peak, width, height } of BEAT) {
      const distance = i / BEAT_SAMPLES - peak;
      const wrapped = distance - round(distance);
      table[i] += height * exp(-0.5 * (wrapped / width) ** 2);
    }
  }
  const samples = table.subarray(0, BEAT_SAMPLES);
  const mean = samples.reduce((sum, value) => sum + value, 0) / BEAT_SAMPLES;
  const halfHeight = (max(...samples) - min(...samples)) / 2;
  for (let i = 0; i < BEAT_SAMPLES; i++) table[i] = (table[i] - mean) / halfHeight;
  table[BEAT_SAMPLES] = table[0]!;
  return table;
}

const BEAT_TABLE = beatTable();

/** Blood volume over one beat: mean 0, from lowest to highest 2. `phase` in beats. */
export function beat(phase: number): number {
  const position = (phase - floor(phase)) * BEAT_SAMPLES;
  const index = trunc(position);
  return BEAT_TABLE[index] + (BEAT_TABLE[index + 1] - BEAT_TABLE[index]) * (position - index);
}

/** The heart and the lungs of a patient whose rates follow two timelines. */
export class Physiology {
  readonly #pulse: RampedRate;
  readonly #breathing: RampedRate;
  readonly #amplitude: Timeline<number>;

  constructor(rates: {
    pulse: Timeline<number>;
    breathing: Timeline<number>;
    amplitude: Timeline<number>;
    rampSeconds?: number;
  }) {
    this.#pulse = new RampedRate(rates.pulse, rates.rampSeconds);
    this.#breathing = new RampedRate(rates.breathing, rates.rampSeconds);
    this.#amplitude = rates.amplitude;
  }

  /** Beats a minute, as a monitor that averages over a breath would say. */
  pulseRate(seconds: number): number {
    return this.#pulse.at(seconds);
  }

  /** Breaths a minute. */
  breathingRate(seconds: number): number {
    return this.#breathing.at(seconds);
  }

  /** Relative change of the face's mean green: more blood makes it darker. */
  greenChange(seconds: number): number {
    return -valueAt(this.#amplitude, seconds) * beat(this.#heartCycles(seconds));
  }

  /** How full the lungs are: about −1 (breathed out) to 1. */
  breath(seconds: number): number {
    const angle = 2 * PI * this.#breathing.cycles(seconds);
    return sin(angle) + EXPIRATION_TILT * sin(2 * angle);
  }

  /** The arrhythmia is the integral of a sine of the breath, so that it stays exact at any time. */
  #heartCycles(seconds: number): number {
    const beatsPerBreath = this.#pulse.at(seconds) / this.#breathing.at(seconds);
    const breathAngle = 2 * PI * this.#breathing.cycles(seconds);
    const advance = (SINUS_ARRHYTHMIA * beatsPerBreath * (1 - cos(breathAngle))) / (2 * PI);
    return this.#pulse.cycles(seconds) + advance;
  }
}
