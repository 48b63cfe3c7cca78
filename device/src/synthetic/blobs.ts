import type { Blob } from './anatomy.ts';

const { abs, cos, max, min, sin, sqrt } = Math;

/** Union with a rounded seam of size `k` (polynomial smooth minimum, Quilez 2013). */
export function blend(a: number, b: number, k: number): number {
  const overlap = k - abs(a - b);
  const nearest = min(a, b);
  return overlap > 0 ? nearest - (overlap * overlap) / (4 * k) : nearest;
}

/** `a` without `b`, with a rounded seam of size `k`. */
export function carve(a: number, b: number, k: number): number {
  return -blend(-a, b, k);
}

/** Numbers of a blob in packed form. */
const STRIDE = 14;

/** Blobs packed into one array: they are asked millions of times. */
export class Blobs {
  readonly #packed: Float64Array;

  constructor(blobs: readonly Blob[]) {
    this.#packed = new Float64Array(blobs.length * STRIDE);
    blobs.forEach(({ at, radii, seam, turn = 0, tilt = 0, carved = false, mirrored = false }, index) => {
      const inverse = radii.map((radius) => 1 / radius);
      const angles = [cos(turn), sin(turn), cos(tilt), sin(tilt)];
      this.#packed.set(
        [...at, ...inverse, ...angles, seam, carved ? -1 : 1, Number(mirrored), max(...radii)],
        index * STRIDE,
      );
    });
  }

  /** Adds these blobs to, and carves them from, what is `start` away. */
  distance(x: number, y: number, z: number, start: number): number {
    const packed = this.#packed;
    const mirroredX = sqrt(x * x + 0.01);
    let distance = start;
    for (let i = 0; i < packed.length; i += STRIDE) {
      const dx = (packed[i + 12] === 1 ? mirroredX : x) - packed[i];
      const dy = y - packed[i + 1];
      const dz = z - packed[i + 2];
      // A blob whose ball is out of reach of the seam changes nothing.
      const sign = packed[i + 11];
      const seam = packed[i + 10];
      const reach = sign * distance + seam + packed[i + 13];
      if (reach < 0 || dx * dx + dy * dy + dz * dz > reach * reach) continue;
      const cosTurn = packed[i + 6];
      const sinTurn = packed[i + 7];
      const cosTilt = packed[i + 8];
      const sinTilt = packed[i + 9];
      const turnedX = cosTurn * dx + sinTurn * dz;
      const turnedZ = cosTurn * dz - sinTurn * dx;
      const u = turnedX * packed[i + 3];
      const v = (cosTilt * dy + sinTilt * turnedZ) * packed[i + 4];
      const w = (cosTilt * turnedZ - sinTilt * dy) * packed[i + 5];
      const a = u * packed[i + 3];
      const b = v * packed[i + 4];
      const c = w * packed[i + 5];
      const scaled = sqrt(u * u + v * v + w * w);
      const ellipsoid = (scaled * (scaled - 1)) / (sqrt(a * a + b * b + c * c) + 1e-9);
      distance = sign < 0 ? carve(distance, ellipsoid, seam) : blend(distance, ellipsoid, seam);
    }
    return distance;
  }
}
