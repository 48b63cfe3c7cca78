import type { History } from './history.ts';
import { standardDeviation } from './statistics.ts';

/** Samples in units of their standard deviation, rising with blood volume; null where the rate is withheld. */
export type WaveformPiece = { startAt: number; samples: (number | null)[] };

/** Beyond this a sample is an artefact; the screen's scale ends here too. */
const LIMIT = 4;
/** The scale follows the beats of the last seconds. */
const SCALE_S = 6;

/**
 * The piece of waveform that ends with the latest sample of a record.
 *
 * @param channel of the pulse in the record
 * @param count samples in the piece
 * @param shown whether the rate is shown; a blank piece otherwise
 */
export function waveformPiece(
  record: History,
  channel: number,
  count: number,
  shown: boolean,
  rateHz: number,
): WaveformPiece {
  const lastAt = record.lastAt ?? 0;
  const startAt = Math.round(lastAt - ((count - 1) * 1000) / rateHz);
  if (!shown) return { startAt, samples: Array.from({ length: count }, () => null) };
  const pulse = record.latest(channel, Math.min(record.length, SCALE_S * rateHz));
  const deviation = standardDeviation(pulse);
  const scale = deviation === 0 ? 0 : 100 / deviation;
  const samples = Array.from(pulse.subarray(-count), (value) =>
    Math.max(-LIMIT, Math.min(LIMIT, Math.round(scale * value) / 100)),
  );
  return { startAt, samples };
}
