import { standardDeviation } from './statistics.ts';
import type { PulseSignals } from './signals.ts';
import { bandPassZeroPhase } from './filter.ts';
import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';

export type WaveformPiece = { startAt: number; samples: (number | null)[] };

/** Samples this near to the window's end still change with what comes after them, s. */
const SETTLING_S = 1;
const PIECE_S = 0.5;
/** Beyond this a sample is an artefact; the screen's scale ends here too. */
const LIMIT = 4;

/** Cuts the pulse waveform into pieces that continue each other, a second behind the picture. */
export class WaveformWriter {
  readonly #rateHz: number;
  readonly #settling: number;
  readonly #piece: number;
  readonly #periodMs: number;
  #writtenUntil: number | null = null;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
    this.#settling = Math.round(SETTLING_S * rateHz);
    this.#piece = Math.round(PIECE_S * rateHz);
    this.#periodMs = 1000 / rateHz;
  }

  isDue(latestAt: number): boolean {
    return this.#pending(latestAt) >= this.#piece;
  }

  /**
   * @param latestAt time of the window's last sample
   * @param length samples in the window
   * @param signals null for a blank piece
   */
  write(latestAt: number, length: number, signals: PulseSignals | null): WaveformPiece | null {
    const count = Math.min(this.#pending(latestAt), length - this.#settling);
    if (count <= 0) return null;
    const end = length - this.#settling;
    const samples: (number | null)[] =
      signals === null
        ? Array.from({ length: count }, () => null)
        : Array.from(fused(signals, this.#rateHz).subarray(end - count, end));
    const lastAt = latestAt - this.#settling * this.#periodMs;
    this.#writtenUntil = lastAt;
    return { startAt: Math.round(lastAt - (count - 1) * this.#periodMs), samples };
  }

  reset(): void {
    this.#writtenUntil = null;
  }

  #pending(latestAt: number): number {
    const lastAt = latestAt - this.#settling * this.#periodMs;
    if (this.#writtenUntil === null) return this.#piece;
    return Math.round((lastAt - this.#writtenUntil) / this.#periodMs);
  }
}

/** Colour and brightness together in units of the window's standard deviation, rising with blood volume. */
function fused(signals: PulseSignals, rateHz: number): Float64Array {
  const pos = normalised(signals.pos, rateHz);
  const chrom = normalised(signals.chrom, rateHz);
  const green = normalised(signals.green.signal, rateHz);
  const sum = green.map((value, i) => value + (pos[i] + chrom[i]) / 2);
  const deviation = standardDeviation(sum);
  return sum.map((value) =>
    deviation === 0 ? 0 : Math.max(-LIMIT, Math.min(LIMIT, Math.round((-100 * value) / deviation) / 100)),
  );
}

function normalised(signal: Float64Array, rateHz: number): Float64Array {
  const band = bandPassZeroPhase(signal, BAND_LOW_HZ, BAND_HIGH_HZ, rateHz);
  const deviation = standardDeviation(band);
  return deviation === 0 ? band : band.map((value) => value / deviation);
}
