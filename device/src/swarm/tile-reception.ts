import { VIDEO_CLOCK_RATE } from '../rtp/clocks.ts';
import type { RtpHead } from './rtp-head.ts';
import { SequenceUnwrapper, sequenceNumberOf } from './sequence.ts';

/** Pictures that do not move for longer are a freeze, ms. */
export const FREEZE_MS = 1000;
/** How long a gap is left alone, since packets overtake each other, ms. */
const REORDER_MS = 20;
/** Between two requests for the same packet, ms: a round trip on a machine that is busy. */
const ASK_AGAIN_MS = 100;
/** A packet that did not come within it is lost for good, ms: the picture after it is on screen. */
const GIVE_UP_MS = 1000;
/** More at once is no loss to be repaired but an interruption. */
const MAX_MISSING = 256;
/** Weight of a new difference in the jitter (RFC 3550, 6.4.1). */
const JITTER_WEIGHT = 1 / 16;

/** What came of one tile's stream since the counting began. */
export type TileFigures = {
  packets: number;
  bytes: number;
  pictures: number;
  /** Asked for again and come. */
  repaired: number;
  /** Never come. */
  lost: number;
  /** ms */
  jitter: number;
  /** Times without a new picture for longer than {@link FREEZE_MS}, and how long in all, ms. */
  freezes: number;
  frozenMs: number;
};

type Missing = { since: number; askedAt: number };

/** Counts one stream by its headers, as the browser's decoder would meet it. Times in ms of `performance.now()`. */
export class TileReception {
  readonly ssrc: number;
  readonly #unwrapper = new SequenceUnwrapper();
  readonly #missing = new Map<number, Missing>();
  #counted = emptyFigures();
  #timestamp: number | undefined;
  #pictureAt: number | undefined;
  #transit: number | undefined;
  #jitterTicks = 0;
  #live = true;
  #base = 0;
  #received = 0;
  #reported = { expected: 0, received: 0 };

  constructor(ssrc: number) {
    this.ssrc = ssrc;
  }

  /** Whether anything came yet. */
  get begun(): boolean {
    return this.#timestamp !== undefined;
  }

  /** @returns the sequence number with its turns, which decryption needs */
  receive({ sequenceNumber, timestamp }: RtpHead, bytes: number, now: number): number {
    const before = this.#unwrapper.highest;
    const unwrapped = this.#unwrapper.unwrap(sequenceNumber);
    this.#counted.packets += 1;
    this.#counted.bytes += bytes;
    this.#received += 1;
    if (before === undefined) this.#base = unwrapped;
    else if (unwrapped - before > MAX_MISSING) this.#missing.clear();
    else
      for (let gap = before + 1; gap < unwrapped; gap++)
        this.#missing.set(gap, { since: now, askedAt: -Infinity });
    this.#missing.delete(unwrapped);
    if (before === undefined || unwrapped > before) this.#follow(timestamp, now);
    return unwrapped;
  }

  /** A packet that came again. @param sequenceNumber the original's */
  repair(sequenceNumber: number, bytes: number): void {
    this.#counted.bytes += bytes;
    if (this.#missing.delete(this.#unwrapper.unwrap(sequenceNumber))) this.#counted.repaired += 1;
  }

  /** What is to be asked for, and whether something is given up, so that the pictures need a new beginning. */
  due(now: number): { ask: number[]; gaveUp: boolean } {
    const ask: number[] = [];
    let gaveUp = false;
    for (const [unwrapped, missing] of this.#missing) {
      if (now - missing.since > GIVE_UP_MS) {
        this.#missing.delete(unwrapped);
        this.#counted.lost += 1;
        gaveUp = true;
      } else if (now - missing.since >= REORDER_MS && now - missing.askedAt >= ASK_AGAIN_MS) {
        missing.askedAt = now;
        ask.push(sequenceNumberOf(unwrapped).sequenceNumber);
      }
    }
    return { ask, gaveUp };
  }

  /** Whether pictures are meant to move: a tile that is still or hidden on purpose does not freeze. */
  expectLive(live: boolean, now: number): void {
    if (live && !this.#live) this.#pictureAt = now;
    if (!live && this.#live) this.#countFreeze(now);
    this.#live = live;
  }

  /** For a receiver report (RFC 3550, 6.4.1). */
  report():
    { highestSequence: number; fractionLost: number; packetsLost: number; jitter: number } | undefined {
    const highest = this.#unwrapper.highest;
    if (highest === undefined) return undefined;
    const expected = highest - this.#base + 1;
    const fresh = expected - this.#reported.expected;
    const lost = fresh - (this.#received - this.#reported.received);
    this.#reported = { expected, received: this.#received };
    return {
      highestSequence: highest >>> 0,
      fractionLost: fresh > 0 && lost > 0 ? Math.min(255, Math.floor((256 * lost) / fresh)) : 0,
      packetsLost: Math.max(0, expected - this.#received) & 0x7fffff,
      jitter: Math.round(this.#jitterTicks),
    };
  }

  /** What came since the last call, which begins the counting anew. */
  take(now: number): TileFigures {
    if (this.#live) this.#countFreeze(now);
    const figures = { ...this.#counted, jitter: (1000 * this.#jitterTicks) / VIDEO_CLOCK_RATE };
    this.#counted = emptyFigures();
    // A freeze that lasts is counted by each of the times that it lasts in.
    if (this.#pictureAt !== undefined) this.#pictureAt = now;
    return figures;
  }

  #follow(timestamp: number, now: number): void {
    const transit = (now * VIDEO_CLOCK_RATE) / 1000 - timestamp;
    if (timestamp === this.#timestamp) return;
    if (this.#transit !== undefined) {
      const difference = Math.abs(transit - this.#transit);
      // A switch of layers or a turn of the clock is no jitter.
      if (difference < VIDEO_CLOCK_RATE)
        this.#jitterTicks += (difference - this.#jitterTicks) * JITTER_WEIGHT;
    }
    this.#transit = transit;
    if (this.#live) this.#countFreeze(now);
    this.#timestamp = timestamp;
    this.#pictureAt = now;
    this.#counted.pictures += 1;
  }

  #countFreeze(now: number): void {
    const gap = now - (this.#pictureAt ?? now);
    if (gap <= FREEZE_MS) return;
    this.#counted.freezes += 1;
    this.#counted.frozenMs += gap;
  }
}

function emptyFigures(): TileFigures {
  return { packets: 0, bytes: 0, pictures: 0, repaired: 0, lost: 0, jitter: 0, freezes: 0, frozenMs: 0 };
}
