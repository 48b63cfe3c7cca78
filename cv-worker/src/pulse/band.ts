/** Pulse rates that are looked for: 36 to 220/min. */
export const BAND_LOW_HZ = 0.6;
export const BAND_HIGH_HZ = 4;
export const MIN_PULSE_PER_MIN = 36;
export const MAX_PULSE_PER_MIN = 220;
