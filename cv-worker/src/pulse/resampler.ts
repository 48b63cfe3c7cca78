/** Between samples further apart a cubic would swing over: a straight line is drawn there, ms. */
const MAX_CUBIC_SPAN_MS = 200;

type Sample = { at: number; values: Float64Array };

/**
 * Brings samples at the frames' true times onto a uniform grid. Assuming a nominal frame rate instead is the largest
 * error there is: with a tenth of the frames lost it turns an error of 0.5/min into 12/min.
 *
 * Between two samples runs the cubic whose slopes at both ends are those of parabolas through their neighbours
 * (Catmull–Rom on uneven knots): a straight line would flatten the peaks of beats and add an error that beats with the
 * frame rate. What lies between two samples is emitted when the one after them has come.
 */
export class UniformResampler {
  readonly #periodMs: number;
  readonly #interpolated: Float64Array;
  /** The last four samples, oldest first. */
  readonly #samples: [Sample, Sample, Sample, Sample];
  #count = 0;
  #nextAt = 0;

  constructor(rateHz: number, channels: number) {
    this.#periodMs = 1000 / rateHz;
    this.#interpolated = new Float64Array(channels);
    const empty = () => ({ at: 0, values: new Float64Array(channels) });
    this.#samples = [empty(), empty(), empty(), empty()];
  }

  /**
   * Takes a sample and emits the grid points that are final now. `values` given to `emit` are valid during the call
   * only. A sample that is not later than the one before is left out.
   */
  push(timeMs: number, values: Float64Array, emit: (timeMs: number, values: Float64Array) => void): void {
    const samples = this.#samples;
    if (this.#count > 0 && timeMs <= samples[3].at) return;
    const reused = samples[0];
    samples[0] = samples[1];
    samples[1] = samples[2];
    samples[2] = samples[3];
    samples[3] = reused;
    reused.at = timeMs;
    reused.values.set(values);
    this.#count++;
    if (this.#count === 1) this.#nextAt = timeMs;
    if (this.#count < 3) return;
    const to = samples[2].at;
    for (; this.#nextAt <= to; this.#nextAt += this.#periodMs) {
      this.#interpolate(this.#nextAt);
      emit(this.#nextAt, this.#interpolated);
    }
  }

  /** Starts a new grid at the next sample. */
  reset(): void {
    this.#count = 0;
  }

  #interpolate(at: number): void {
    const [before, from, to, after] = this.#samples;
    const span = to.at - from.at;
    const share = (at - from.at) / span;
    const hasBefore = this.#count > 3;
    const isCubic = span <= MAX_CUBIC_SPAN_MS;
    for (let i = 0; i < this.#interpolated.length; i++) {
      const start = from.values[i];
      const end = to.values[i];
      const chord = end - start;
      if (!isCubic) {
        this.#interpolated[i] = start + chord * share;
        continue;
      }
      const startSlope = hasBefore
        ? slope(start - before.values[i], from.at - before.at, chord, span) * span
        : chord;
      const endSlope = slope(chord, span, after.values[i] - end, after.at - to.at) * span;
      // Hermite's form of the cubic.
      this.#interpolated[i] =
        start +
        share *
          (startSlope +
            share * (3 * chord - 2 * startSlope - endSlope + share * (startSlope + endSlope - 2 * chord)));
    }
  }
}

/** Slope of the parabola through three points, at the middle one, from the rises and spans on both sides. */
function slope(riseBefore: number, spanBefore: number, riseAfter: number, spanAfter: number): number {
  return (
    ((riseBefore / spanBefore) * spanAfter + (riseAfter / spanAfter) * spanBefore) / (spanBefore + spanAfter)
  );
}
