import { channelIndex, BACKGROUND, REGION_NAMES } from '../skin-sample.ts';
import type { Candidate } from './candidates.ts';
import { removeComponent } from './light.ts';
import { fuse } from './fusion.ts';
import { History } from './history.ts';
import { LUMA } from './skin-window.ts';
import { mean } from './statistics.ts';
import type { PulseTrace } from './trace.ts';
import { waveformPiece, type WaveformPiece } from './waveform.ts';

/** Longest trace that anybody asks for: variability over a minute and a half. */
const RECORD_S = 90;
/** Samples this near to the newest still change with what comes after them, s. */
const SETTLING_S = 1;
const PIECE_S = 0.5;
/** What a piece is cut from: long enough to filter, s. */
const PIECE_WINDOW_S = 5;
/** Weights of the fused signal follow the readings so slowly that they do not modulate the pulse themselves. */
const WEIGHT_SHARE = 0.1;

/** Channels of the record. */
const PULSE = 0;
const SKIN = 1;
const LIGHT = 2;

/** Keeps the pulse signal of the last {@link RECORD_S}, piece by piece as it becomes final. */
export class PulseRecorder {
  readonly #rateHz: number;
  readonly #settling: number;
  readonly #record: History;
  readonly #row = new Float64Array(3);
  #weights: number[] = [];

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
    this.#settling = Math.round(SETTLING_S * rateHz);
    this.#record = new History(this.#row.length, RECORD_S * rateHz);
  }

  /** @param weights of the candidates, by the latest reading */
  follow(weights: number[]): void {
    const sum = Math.hypot(...weights);
    if (sum === 0) return;
    this.#weights =
      this.#weights.length === weights.length
        ? this.#weights.map((known, i) => known + WEIGHT_SHARE * (weights[i] / sum - known))
        : weights.map((weight) => weight / sum);
  }

  /**
   * Records what became final since the last call, and gives it as a piece of waveform; null when none is due.
   *
   * @param history of skin samples
   * @param candidatesOf the candidates of so many samples that end now; null when the skin was hidden
   * @param shown whether the rate is shown; the piece is blank otherwise
   */
  take(
    history: History,
    candidatesOf: (length: number) => Candidate[] | null,
    shown: boolean,
  ): WaveformPiece | null {
    const length = PIECE_WINDOW_S * this.#rateHz;
    const settled = length - this.#settling;
    const due = this.#due(history, settled);
    if (history.length < length || due < PIECE_S * this.#rateHz) return null;
    const candidates = candidatesOf(length);
    if (candidates === null || due > settled) {
      this.restart();
      return null;
    }
    const weights = this.#weights.length === 0 ? candidates.map(() => 1) : this.#weights;
    const fused = fuse(candidates, weights);
    const periodMs = 1000 / this.#rateHz;
    for (let i = settled - due; i < settled; i++) {
      const ago = length - 1 - i;
      this.#row[PULSE] = -fused[i];
      this.#row[SKIN] = skinLuma(history, ago);
      this.#row[LIGHT] = history.ago(channelIndex(BACKGROUND, 'green'), ago);
      this.#record.push((history.lastAt ?? 0) - ago * periodMs, this.#row);
    }
    return waveformPiece(this.#record, PULSE, due, shown, this.#rateHz);
  }

  /** The last `seconds` at most; null when nothing was recorded. */
  trace(seconds: number): Pick<PulseTrace, 'startAt' | 'rateHz' | 'pulse' | 'level'> | null {
    const record = this.#record;
    const length = Math.min(record.length, Math.round(seconds * this.#rateHz));
    if (record.lastAt === null || length === 0) return null;
    const level = relativeLevel(record.latest(SKIN, length));
    const light = record.latest(LIGHT, length);
    if (light.every((value) => value > 0)) removeComponent(level, relativeLevel(light));
    return {
      startAt: record.lastAt - ((length - 1) * 1000) / this.#rateHz,
      rateHz: this.#rateHz,
      pulse: record.latest(PULSE, length),
      level: level.map((value) => -value),
    };
  }

  /** What follows does not continue what was. */
  restart(): void {
    this.#record.clear();
  }

  /** Settled samples that are not recorded; all of a window when there is no record. */
  #due(history: History, settled: number): number {
    if (this.#record.lastAt === null) return settled;
    const periodMs = 1000 / this.#rateHz;
    return Math.round(((history.lastAt ?? 0) - this.#record.lastAt) / periodMs) - this.#settling;
  }
}

/** Brightness of all visible skin, by its pixels. */
function skinLuma(history: History, ago: number): number {
  let sum = 0;
  let count = 0;
  for (let region = 0; region < REGION_NAMES.length; region++) {
    const pixels = history.ago(channelIndex(region, 'pixels'), ago);
    count += pixels;
    sum +=
      pixels *
      (LUMA.red * history.ago(channelIndex(region, 'red'), ago) +
        LUMA.green * history.ago(channelIndex(region, 'green'), ago) +
        LUMA.blue * history.ago(channelIndex(region, 'blue'), ago));
  }
  return count > 0 ? sum / count : 0;
}

function relativeLevel(levels: Float64Array): Float64Array {
  const level = mean(levels);
  return levels.map((value) => (level > 0 ? value / level - 1 : 0));
}
