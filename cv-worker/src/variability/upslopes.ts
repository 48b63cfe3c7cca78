/** A rise this share of the steepest one nearby begins a beat; the dicrotic wave's rise is seldom a third of it. */
const MIN_STEEPNESS = 0.4;
/** How far from a rise its neighbours are looked at, in beats: always as far as the next beat's. */
const NEIGHBOURHOOD = 0.9;
/** Two beats are no closer than this share of the mean interval: earlier ones are noise on the same rise. */
const MIN_INTERVAL = 0.5;

/**
 * Steepest rises of a pulse signal, one a beat: the sharpest part of a beat, and the one that noise and the shape of the
 * dicrotic wave move least. Positions in samples between the grid's by a parabola through the slope's peak.
 *
 * @param pulse band-passed, rising with blood volume
 * @param beatLength expected interval between beats, samples
 */
export function upslopes(pulse: Float64Array, beatLength: number): Float64Array {
  const n = pulse.length;
  const slope = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) slope[i] = (pulse[i + 1] - pulse[i - 1]) / 2;
  const reach = Math.round(NEIGHBOURHOOD * beatLength);
  const kept: number[] = [];
  for (let i = 2; i < n - 2; i++) {
    if (slope[i] <= 0 || slope[i] < slope[i - 1] || slope[i] <= slope[i + 1]) continue;
    if (slope[i] < MIN_STEEPNESS * steepest(slope, i - reach, i + reach)) continue;
    const before = kept.at(-1);
    if (before === undefined || i - before >= MIN_INTERVAL * beatLength) kept.push(i);
    else if (slope[i] > slope[before]) kept[kept.length - 1] = i;
  }
  return Float64Array.from(kept, (i) => i + parabolaOffset(slope[i - 1], slope[i], slope[i + 1]));
}

/** Offset of the peak of a parabola through three equally spaced values from the middle one, −0.5 to 0.5. */
function parabolaOffset(before: number, middle: number, after: number): number {
  const curvature = before - 2 * middle + after;
  return curvature >= 0 ? 0 : (0.5 * (before - after)) / curvature;
}

function steepest(slope: Float64Array, from: number, to: number): number {
  let most = 0;
  const end = Math.min(slope.length - 1, to);
  for (let i = Math.max(0, from); i <= end; i++) if (slope[i] > most) most = slope[i];
  return most;
}
