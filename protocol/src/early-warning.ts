/**
 * The part of the National Early Warning Score 2 that a camera can see: pulse and breathing. The other five
 * parameters (oxygen saturation and supplement, blood pressure, consciousness, temperature) are missing, so that the
 * sum is a lower bound of NEWS2 and must be labelled as partial wherever it is shown.
 *
 * Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, chart 1.
 */

/** Scores by the upper end of each band, per minute, inclusive. */
const PULSE_BANDS = [
  [40, 3],
  [50, 1],
  [90, 0],
  [110, 1],
  [130, 2],
  [Infinity, 3],
] as const;
const BREATHING_BANDS = [
  [8, 3],
  [11, 1],
  [20, 0],
  [24, 2],
  [Infinity, 3],
] as const;

export type PartialScore = {
  /** 0–6; null when neither rate is known. */
  total: number | null;
  pulse: number | null;
  breathing: number | null;
  /** One parameter alone scores 3: NEWS2 asks for an urgent look whatever the total. */
  extreme: boolean;
};

/** @param rates per minute; null for one that is not measured now: it is left out, never guessed */
export function partialEarlyWarningScore(rates: {
  pulse: number | null;
  breathing: number | null;
}): PartialScore {
  const pulse = scoreOf(rates.pulse, PULSE_BANDS);
  const breathing = scoreOf(rates.breathing, BREATHING_BANDS);
  const total = pulse === null && breathing === null ? null : (pulse ?? 0) + (breathing ?? 0);
  return { total, pulse, breathing, extreme: pulse === 3 || breathing === 3 };
}

function scoreOf(rate: number | null, bands: readonly (readonly [number, number])[]): number | null {
  if (rate === null) return null;
  // The chart is in whole numbers.
  const whole = Math.round(rate);
  return bands.find(([upTo]) => whole <= upTo)?.[1] ?? null;
}
