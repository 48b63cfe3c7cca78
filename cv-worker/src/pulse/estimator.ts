import type { Candidate, CandidateWindow, Family } from './candidates.ts';
import { doubt, type Doubt } from './doubt.ts';
import { rateEvidence, rateSpectrum, shareOf, type WindowShape } from './evidence.ts';
import { fuse, fusionWeights, methodName } from './fusion.ts';
import { meanRate } from './mean-rate.ts';
import { beliefOf, massNear, TOLERANCE_PER_MIN, type Belief } from './posterior.ts';
import { MAX_PULSE_PER_MIN, MIN_PULSE_PER_MIN } from './band.ts';
import { normalise, rateOf, stateOf, STATES } from './rate-grid.ts';
import { RateTracker } from './rate-tracker.ts';
import { pulseSnrDb } from './snr.ts';
import type { BandSpectrum, Spectrum } from './spectrum.ts';

/** Signals reach up to 4 Hz: every second sample of 25 Hz is enough for a spectrum. */
const DECIMATION = 2;
/**
 * Brightness of a head that moves, or without a background to tell light from blood, counts half: a head that turns in
 * the light changes its brightness, much less its colour.
 */
const DOUBTED = 0.5;
/** Evidence for a rate that the noise of a background, or of a moving head, reaches by chance, nats. */
const CHANCE_EVIDENCE = 1.5;
/** A mean rate further from the posterior's than this has lost count of the beats, 1/min. */
const MAX_REFINEMENT_PER_MIN = 6;

/** What one window says, whether it is believed or not. */
export type PulseReading = Belief & {
  /** Probability of a rate near it by this window alone, without what was known before. */
  support: number;
  /** Signal-to-noise ratio of all methods together, dB. */
  snrDb: number;
  method: string;
  /** Weight of each candidate in the fused signal. */
  weights: number[];
  /** What speaks against it most. */
  doubt: Doubt;
};

/** Weighs the evidence of all methods second by second. */
export class PulseEstimator {
  readonly #rateHz: number;
  readonly #spectrum: BandSpectrum;
  readonly #tracker = new RateTracker();

  /** @param rateHz of the candidates' samples */
  constructor(rateHz: number) {
    this.#rateHz = rateHz;
    this.#spectrum = rateSpectrum(rateHz / DECIMATION);
  }

  /** @param conditions whether the head kept still during the window, and how many frames a second it was made from */
  estimate(
    { candidates, background, movement }: CandidateWindow,
    { still, framesPerSecond }: { still: boolean; framesPerSecond: number },
  ): PulseReading {
    const shape = { seconds: candidates[0].signal.length / this.#rateHz, framesPerSecond };
    const shown = candidates.map(({ signal }) => this.#evidence(signal, shape));
    const families = new Map<Family, Float64Array>();
    for (const { family } of candidates) {
      if (!families.has(family)) families.set(family, familyEvidence(family, candidates, shown, shape));
    }
    const light = this.#excess(background === null ? [] : [background], shape);
    const nodding = this.#excess(movement, shape);
    const trusted = still && background !== null;
    const skin = new Float64Array(STATES);
    const lit = new Float64Array(STATES);
    const total = new Float64Array(STATES);
    for (const [family, evidence] of families) {
      const weight = family === 'brightness' && !trusted ? DOUBTED : 1;
      for (let state = 0; state < STATES; state++) skin[state] += weight * evidence[state];
    }
    for (let state = 0; state < STATES; state++) {
      lit[state] = skin[state] - families.size * light[state];
      total[state] = lit[state] - families.size * nodding[state];
    }
    const belief = beliefOf(this.#tracker.update(total));
    const doubted = doubt(families, { skin, lit, total });
    normalise(total);
    const support = Math.max(
      0,
      massNear(total, belief.perMin) - rivalMass(total, belief.perMin, framesPerSecond),
    );
    const state = stateOf(belief.perMin);
    const shares = shown.map((evidence) => shareOf(evidence[state], shape));
    return { ...this.#read(candidates, shares, belief), support, doubt: doubted };
  }

  /** A second has passed without a window. */
  skip(): void {
    this.#tracker.skip();
  }

  reset(): void {
    this.#tracker.reset();
  }

  #read(candidates: Candidate[], shares: number[], belief: Belief): Omit<PulseReading, 'support' | 'doubt'> {
    const weights = fusionWeights(candidates, shares);
    const fused = fuse(candidates, weights);
    const snrDb = pulseSnrDb(this.#spectrumOf(fused), belief.perMin / 60);
    const counted = meanRate(fused, belief.perMin, this.#rateHz);
    return {
      ...belief,
      perMin: refined(belief.perMin, counted, snrDb),
      snrDb,
      method: methodName(candidates, shares),
      weights,
    };
  }

  /** How much more than by chance any of the references shows each rate too, nats. */
  #excess(references: Float64Array[], shape: WindowShape): Float64Array {
    const excess = new Float64Array(STATES);
    for (const reference of references) {
      const shown = this.#evidence(reference, shape).map((evidence) => evidence - CHANCE_EVIDENCE);
      for (let state = 0; state < STATES; state++) {
        // A pulse that is hidden at half of this rate still shows at its double, where it must not be read.
        const half = rateOf(state) / 2;
        const below = half < MIN_PULSE_PER_MIN ? 0 : shown[stateOf(Math.floor(half))];
        const above = half < MIN_PULSE_PER_MIN ? 0 : shown[stateOf(Math.ceil(half))];
        excess[state] = Math.max(excess[state], shown[state], below, above);
      }
    }
    return excess;
  }

  #evidence(signal: Float64Array, shape: WindowShape): Float64Array {
    return rateEvidence(this.#spectrumOf(signal), shape);
  }

  #spectrumOf(signal: Float64Array): Spectrum {
    const decimated = new Float64Array(Math.floor(signal.length / DECIMATION));
    for (let i = 0; i < decimated.length; i++) decimated[i] = signal[i * DECIMATION];
    return this.#spectrum.of(decimated);
  }
}

/**
 * Probability of the rates that few frames a second cannot tell from this one: that whose double appears as it, and that
 * as which its own double appears.
 */
function rivalMass(probability: Float64Array, perMin: number, framesPerSecond: number): number {
  const sampling = 60 * framesPerSecond;
  return [(sampling - perMin) / 2, sampling - 2 * perMin]
    .filter((rival) => rival >= MIN_PULSE_PER_MIN && rival <= MAX_PULSE_PER_MIN)
    .filter((rival) => Math.abs(rival - perMin) > 2 * TOLERANCE_PER_MIN)
    .reduce((mass, rival) => mass + massNear(probability, rival), 0);
}

/** Beats are counted the better the clearer they are; the belief's mean knows also what was before. */
function refined(believed: number, counted: number, snrDb: number): number {
  const difference = counted - believed;
  if (Math.abs(difference) > MAX_REFINEMENT_PER_MIN) return believed;
  return believed + difference / (1 + 10 ** (-snrDb / 10));
}

/** Mean evidence of a family's candidates, each weighed by the odds of its best share. */
function familyEvidence(
  family: Family,
  candidates: Candidate[],
  shown: Float64Array[],
  shape: WindowShape,
): Float64Array {
  const evidence = new Float64Array(STATES);
  let weights = 0;
  candidates.forEach((candidate, k) => {
    if (candidate.family !== family) return;
    const best = shareOf(
      shown[k].reduce((highest, value) => Math.max(highest, value), 0),
      shape,
    );
    const weight = best / (1 - best);
    weights += weight;
    for (let state = 0; state < STATES; state++) evidence[state] += weight * shown[k][state];
  });
  if (weights > 0) for (let state = 0; state < STATES; state++) evidence[state] /= weights;
  return evidence;
}
