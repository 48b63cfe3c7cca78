/** Pictures a second that are aimed at. Each is half the one before, as temporal layers offer them. */
export const FRAME_RATES = [30, 15, 7.5] as const;
export type FrameRate = (typeof FRAME_RATES)[number];

/** What a stream is analysed at while the machine keeps up: twice the 4 Hz of the fastest pulse, with some room. */
export type NormalFrameRate = Exclude<FrameRate, 7.5>;

/** How often a rate may be halved. */
export function halvings(normal: NormalFrameRate): number {
  return FRAME_RATES.length - 1 - FRAME_RATES.indexOf(normal);
}

/** @param times at most {@link halvings} of the rate */
export function halved(normal: NormalFrameRate, times: number): FrameRate {
  return FRAME_RATES[Math.min(FRAME_RATES.indexOf(normal) + times, FRAME_RATES.length - 1)];
}
