/** Pulse rates that are looked for and published. */
export const MIN_PULSE_PER_MIN = 36;
export const MAX_PULSE_PER_MIN = 200;
/** The pulse and its harmonics: below lie breathing and movement, above a camera's noise. */
export const BAND_LOW_HZ = 0.5;
export const BAND_HIGH_HZ = 4;
