const { hypot, max, min } = Math;

/** Movement is judged over this long: a turn of the head, not the tremor of one picture, ms. */
const WINDOW_MS = 1000;
/** Pictures in the window, at most 30 a second. */
const MAX_PLACES = 32;

/** How far a head moves within a second, in widths of the face. */
export class HeadMotion {
  readonly #places: { at: number; x: number; y: number }[] = [];

  /** Largest distance between two places of the last second, as the diagonal of what they span, face widths. */
  get level(): number {
    const places = this.#places;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const { x, y } of places) {
      left = min(left, x);
      right = max(right, x);
      top = min(top, y);
      bottom = max(bottom, y);
    }
    return places.length === 0 ? 0 : hypot(right - left, bottom - top);
  }

  /** @param x,y where the head is, face widths from any origin that stays */
  add(timeMs: number, x: number, y: number): void {
    const places = this.#places;
    places.push({ at: timeMs, x, y });
    while (places.length > MAX_PLACES || timeMs - places[0].at > WINDOW_MS) places.shift();
  }

  reset(): void {
    this.#places.length = 0;
  }
}
