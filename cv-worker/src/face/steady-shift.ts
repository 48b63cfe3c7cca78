import type { Shift } from './skin-sampler.ts';

const { exp, hypot, PI } = Math;

/** A face at rest is followed below this only, Hz: slower than any pulse. */
const REST_HZ = 0.3;
/** What a moving face adds to that, Hz for each face width a second. */
const HZ_PER_SPEED = 8;
/** The speed is that of about this time: small trembling has none, ms. */
const SPEED_MS = 500;

/**
 * How far skin regions are moved for a face that has moved: at once when it moves far, slowly when it only trembles
 * (the 1 € filter, Casiez et al. 2012). Small quick movements of a head are mostly turns, in which shading stays where
 * it is in the picture: regions that follow those exactly bring the head's trembling into the pulse's band.
 */
export class SteadyShift {
  #at: number | null = null;
  #steady: Shift = { x: 0, y: 0 };
  #last: Shift = { x: 0, y: 0 };
  #velocity: Shift = { x: 0, y: 0 };

  get value(): Shift {
    return this.#steady;
  }

  /** @param shift how far the face has moved, pixels */
  follow(timeMs: number, shift: Shift, faceWidth: number): Shift {
    const elapsedMs = this.#at === null ? 0 : timeMs - this.#at;
    this.#at = timeMs;
    if (elapsedMs > 0) {
      const seconds = elapsedMs / 1000;
      const weight = 1 - exp(-elapsedMs / SPEED_MS);
      const perSecond = 1 / (seconds * faceWidth);
      this.#velocity = towards(
        this.#velocity,
        { x: (shift.x - this.#last.x) * perSecond, y: (shift.y - this.#last.y) * perSecond },
        weight,
      );
      const cutoffHz = REST_HZ + HZ_PER_SPEED * hypot(this.#velocity.x, this.#velocity.y);
      this.#steady = towards(this.#steady, shift, 1 - exp(-2 * PI * cutoffHz * seconds));
    }
    this.#last = shift;
    return this.#steady;
  }

  /** The regions were placed where the face is. */
  restart(): void {
    this.#steady = { x: 0, y: 0 };
    this.#last = { x: 0, y: 0 };
  }

  reset(): void {
    this.restart();
    this.#at = null;
    this.#velocity = { x: 0, y: 0 };
  }
}

function towards(from: Shift, to: Shift, weight: number): Shift {
  return { x: from.x + weight * (to.x - from.x), y: from.y + weight * (to.y - from.y) };
}
