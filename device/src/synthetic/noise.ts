const { PI, cos, floor, imul, log, sqrt } = Math;

const UNIT = 1 / 2 ** 32;

/** xorshift32 (Marsaglia 2003): a small reproducible generator. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Spreads neighbouring seeds apart; a state of zero would stay zero.
    this.#state = imul(seed + 1, 0x9e3779b1) ^ 0x5bf03635 || 1;
  }

  /** An integer from 0 to 2^32 − 1. */
  integer(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** A number from `from` up to `to`. */
  between(from: number, to: number): number {
    return from + (to - from) * this.integer() * UNIT;
  }
}

/** Long enough that its repetition is not seen, short enough to stay in the second-level cache. */
const GAUSSIAN_COUNT = 1 << 16;
export const GAUSSIAN_MASK = GAUSSIAN_COUNT - 1;

/** Standard normal samples (Box–Muller), to be read with an index masked by {@link GAUSSIAN_MASK}. */
export function gaussianTable(seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: GAUSSIAN_COUNT }, () => {
    const radius = sqrt(-2 * log(random.between(Number.EPSILON, 1)));
    return radius * cos(random.between(0, 2 * PI));
  });
}

function lattice(x: number, y: number, z: number): number {
  let hash = imul(x, 0x27d4eb2f) ^ imul(y, 0x165667b1) ^ imul(z, 0x3c6ef372);
  hash = imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) * UNIT;
}

function lerp(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** Smooth value noise in space: 0 to 1, with features of about one unit. */
export function valueNoise(x: number, y: number, z: number): number {
  const x0 = floor(x);
  const y0 = floor(y);
  const z0 = floor(z);
  let u = x - x0;
  let v = y - y0;
  let w = z - z0;
  u *= u * (3 - 2 * u);
  v *= v * (3 - 2 * v);
  w *= w * (3 - 2 * w);
  const near = lerp(
    lerp(lattice(x0, y0, z0), lattice(x0 + 1, y0, z0), u),
    lerp(lattice(x0, y0 + 1, z0), lattice(x0 + 1, y0 + 1, z0), u),
    v,
  );
  const far = lerp(
    lerp(lattice(x0, y0, z0 + 1), lattice(x0 + 1, y0, z0 + 1), u),
    lerp(lattice(x0, y0 + 1, z0 + 1), lattice(x0 + 1, y0 + 1, z0 + 1), u),
    v,
  );
  return lerp(near, far, w);
}
