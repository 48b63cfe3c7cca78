/** Regions of the face where skin is thin, even and seldom covered; the chin while it does not move. */
export const REGION_NAMES = ['forehead', 'glabella', 'leftCheek', 'rightCheek', 'chin'] as const;
export type RegionName = (typeof REGION_NAMES)[number];

/** What is known of each region, in this order: mean levels of red, green and blue (0–255), and of how many pixels. */
export const REGION_CHANNELS = ['red', 'green', 'blue', 'pixels'] as const;
const STRIDE = REGION_CHANNELS.length;

/** The background beside the person, as the reference for changes of light, comes after the regions. */
export const BACKGROUND = REGION_NAMES.length;

/** Numbers in a skin sample: {@link REGION_CHANNELS} of each region, then of the background. */
export const SKIN_SAMPLE_LENGTH = (REGION_NAMES.length + 1) * STRIDE;

/**
 * One picture's skin, {@link SKIN_SAMPLE_LENGTH} numbers. A region that is hidden, or a background that is out of the
 * picture, has 0 pixels and levels of 0. A recording of whole-skin means (a contact sensor, a CSV file) fills the
 * first region only, with 1 pixel.
 */
export type SkinSample = Float64Array;

/** @param region index in {@link REGION_NAMES}, or {@link BACKGROUND} */
export function channelIndex(region: number, channel: (typeof REGION_CHANNELS)[number]): number {
  return region * STRIDE + REGION_CHANNELS.indexOf(channel);
}
