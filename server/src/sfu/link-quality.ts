import type { LinkQuality } from '@haven/protocol';

/** Worse must hold for so long, ms, before it is told: a burst of loss is
 * repaired before anyone sees it, and mediasoup takes two seconds to trust a layer that begins. */
export const WORSE_AFTER_MS = 3_000;
/** Better must hold for so long, ms: a link that recovers for a moment has not recovered. */
export const BETTER_AFTER_MS = 5_000;

/**
 * Lost before repair, 0–1. Up to the first, retransmission mends everything unseen; from the second on, congestion
 * control cuts the rate (libwebrtc's loss-based estimate does at 10 %) and pictures freeze.
 */
const LOSS = { fair: 0.02, poor: 0.1 };
/**
 * ms. Above the first, a retransmission comes later than browsers buffer; above the second (twice what ITU-T G.114
 * allows one way), a picture is no longer of now.
 */
const ROUND_TRIP_MS = { fair: 300, poor: 800 };
/** mediasoup's score of what arrives after repair, 0–10. */
const SCORE = { fair: 8, poor: 5 };

const WORST_FIRST: readonly LinkQuality[] = ['lost', 'poor', 'fair', 'good'];

export type LinkSample = {
  /** Nothing arrives that should. */
  silent: boolean;
  /** Before repair, 0–1. */
  lossFraction: number;
  roundTripMs?: number | undefined;
  /** mediasoup's, 0–10. */
  score?: number | undefined;
  /** Pictures that do not move, for the link does not carry them. */
  stills?: number | undefined;
  /** Something is sent in lower layers than wanted, for the link does not carry more. */
  reduced?: boolean | undefined;
};

/** How a link fares by one sample of it. */
export function rate({
  silent,
  lossFraction,
  roundTripMs = 0,
  score = 10,
  stills = 0,
  reduced,
}: LinkSample): LinkQuality {
  if (silent) return 'lost';
  if (stills > 0 || lossFraction >= LOSS.poor || roundTripMs >= ROUND_TRIP_MS.poor || score < SCORE.poor) {
    return 'poor';
  }
  const fair =
    reduced === true || lossFraction >= LOSS.fair || roundTripMs >= ROUND_TRIP_MS.fair || score < SCORE.fair;
  return fair ? 'fair' : 'good';
}

/** A link's quality as it is told: `lost` at once, otherwise later than it is seen, and better later than worse. */
export class LinkQualityMeter {
  #level: LinkQuality = 'good';
  #pending: { better: boolean; since: number } | undefined;

  get level(): LinkQuality {
    return this.#level;
  }

  /** @returns whether the level changed */
  judge(sample: LinkSample, now: number): boolean {
    const seen = rate(sample);
    if (seen === this.#level) {
      this.#pending = undefined;
      return false;
    }
    const better = WORST_FIRST.indexOf(seen) > WORST_FIRST.indexOf(this.#level);
    if (this.#pending?.better !== better) this.#pending = { better, since: now };
    const heldFor = now - this.#pending.since;
    if (seen !== 'lost' && heldFor < (better ? BETTER_AFTER_MS : WORSE_AFTER_MS)) return false;
    this.#level = seen;
    this.#pending = undefined;
    return true;
  }
}
