const { abs, exp, log, max, sign } = Math;

/** A camera averages what it meters over about this time, s. */
const METER_SECONDS = 1;
/** Gain and shutter have steps: a sixteenth of a stop, as the change of picture levels behind a gamma of 2.2. */
const STEP = log(2) / 16 / 2.2;
/** A step is made when the brightness is wrong by more than this many, so that it does not swing about its aim. */
const HYSTERESIS = 0.75;
/** Two stops up or down, in the same measure. */
const RANGE = (2 * log(2)) / 2.2;
/** Level of black, and of the least brightness that is metered. */
const BLACK = 16;
const LEAST = 1;

/**
 * The automatic exposure of a camera: it keeps the mean brightness of the first picture, late and in steps, and so
 * changes the levels of everything in the picture when somebody else's sleeve comes into it.
 */
export class AutoExposure {
  #aim: number | null = null;
  #error = 0;
  #correction = 0;
  #seconds = 0;

  /** Factor on the levels of the next picture. */
  get gain(): number {
    return exp(this.#correction);
  }

  /** Takes note of a picture at a time: its plane of luma, 8-bit limited range. */
  meter(luma: Uint8Array, seconds: number): void {
    const brightness = log(max(LEAST, meanOf(luma) - BLACK));
    this.#aim ??= brightness;
    const elapsed = max(0, seconds - this.#seconds);
    this.#seconds = seconds;
    this.#error += (this.#aim - brightness - this.#error) * (1 - exp(-elapsed / METER_SECONDS));
    if (abs(this.#error) < HYSTERESIS * STEP) return;
    const step = STEP * sign(this.#error);
    if (abs(this.#correction + step) > RANGE) return;
    this.#correction += step;
    this.#error -= step;
  }
}

/** One sample in so many is enough for a mean; prime, so that no column is preferred. */
const SAMPLING = 37;

function meanOf(luma: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let index = 0; index < luma.length; index += SAMPLING, count++) sum += luma[index];
  return sum / count;
}
