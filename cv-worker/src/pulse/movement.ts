import { SKIN_SAMPLE_LENGTH } from '../skin-sample.ts';
import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { bandPassZeroPhase } from './filter.ts';
import type { History } from './history.ts';
import { standardDeviation } from './statistics.ts';

/** Where the head is, in widths of the face from any origin that stays. */
export type HeadPlace = { x: number; y: number };

/** A skin sample is kept with the place of the head after it. */
export const SAMPLE_CHANNELS = SKIN_SAMPLE_LENGTH + 2;
const HEAD_CHANNELS = [SKIN_SAMPLE_LENGTH, SKIN_SAMPLE_LENGTH + 1];

/**
 * Standard deviation in the pulse band below which a head counts as still, face widths: above the tracker's noise (a
 * fiftieth of a pixel) and above what the heart's beat itself moves a head by (half a millimetre).
 */
const STILL = 0.003;

/** The sample and the head's place as one row of {@link SAMPLE_CHANNELS}. */
export function writeSample(row: Float64Array, sample: Float64Array, head: HeadPlace | undefined): void {
  row.set(sample);
  row[HEAD_CHANNELS[0]] = head?.x ?? 0;
  row[HEAD_CHANNELS[1]] = head?.y ?? 0;
}

/** The head's movement in the pulse band, to the side and up and down, as far as it does not count as still. */
export function headMovement(history: History, length: number, rateHz: number): Float64Array[] {
  return HEAD_CHANNELS.map((channel) =>
    bandPassZeroPhase(history.latest(channel, length), BAND_LOW_HZ, BAND_HIGH_HZ, rateHz),
  ).filter((axis) => standardDeviation(axis) > STILL);
}
