/** The estimate must be too small for so long, ms: at the start and after each change it takes a while to settle. */
export const SQUEEZED_AFTER_MS = 3_000;
/** Or for so long, ms, where packets are lost by the dozen: then no picture is whole. */
const CHOKED_AFTER_MS = 1_000;
/** There must be room for one more moving picture for so long, ms, before it moves again. */
export const ROOM_FOR_MS = 3_000;
/** Of the estimate; the rest is for retransmissions and for changes of the picture. */
const USABLE_SHARE = 0.9;
/** How often, ms, a still gets a new picture, where the link carries that. */
export const STILL_REFRESH_MS = 10_000;
/** A key frame has about the bits of so many ms of the layer. */
const KEY_FRAME_WORTH_MS = 1_000;
/** Of the estimate, so much may be spent on new pictures of stills. */
const REFRESH_SHARE = 0.3;

/** What a link carries. */
export type LinkEstimate = {
  /** bit/s */
  available: number;
  /** More is sent than it carries, by far. */
  choked: boolean;
};

/** A tile that the viewer wants to see moving. */
export type Claim = {
  id: string;
  /** What it takes at the least, bit/s. */
  bitrate: number;
  /** Clinical priority, higher first. */
  priority: number;
};

export type Budget = {
  /** Those that cannot move. */
  stills: ReadonlySet<string>;
  /** A still gets a new picture every so many turns of {@link STILL_REFRESH_MS}. */
  turnsPerRefresh: number;
};

/**
 * Decides which of a viewer's tiles can move on a link that does not carry all of them: by clinical priority, and the
 * first one always. Slow to give up and one by one to return, since a wall that flickers is worse than one with stills.
 * Within what is left, mediasoup chooses layers by itself, and its probes find out when the link carries more again.
 */
export class LinkBudget {
  /** How many tiles may move. */
  #places = Infinity;
  #live: ReadonlySet<string> = new Set();
  #squeezedSince: number | undefined;
  #roomSince: number | undefined;

  /**
   * @param link what is known of it, if anything is
   * @param now ms
   */
  settle(claims: readonly Claim[], link: LinkEstimate | undefined, now: number): Budget {
    const ranked = claims.toSorted(
      (one, other) => other.priority - one.priority || this.#moving(other) - this.#moving(one),
    );
    if (link !== undefined) this.#adapt(ranked, link, now);
    if (this.#places >= ranked.length) this.#places = Infinity;
    const live = ranked.slice(0, this.#places);
    const stills = ranked.slice(live.length);
    this.#live = new Set(live.map(({ id }) => id));
    return {
      stills: new Set(stills.map(({ id }) => id)),
      turnsPerRefresh: turnsFor(sumOf(stills), link?.available),
    };
  }

  #adapt(ranked: readonly Claim[], { available, choked }: LinkEstimate, now: number): void {
    const places = Math.min(this.#places, ranked.length);
    if (neededFor(ranked, places) > available) {
      this.#roomSince = undefined;
      this.#squeezedSince ??= now;
      const patience = choked ? CHOKED_AFTER_MS : SQUEEZED_AFTER_MS;
      if (now - this.#squeezedSince >= patience) this.#give(ranked, available, places);
      return;
    }
    this.#squeezedSince = undefined;
    if (places === ranked.length || neededFor(ranked, places + 1) > available * USABLE_SHARE) {
      this.#roomSince = undefined;
      return;
    }
    this.#roomSince ??= now;
    if (now - this.#roomSince < ROOM_FOR_MS) return;
    this.#places = places + 1;
    this.#roomSince = undefined;
  }

  #give(ranked: readonly Claim[], available: number, places: number): void {
    let affordable = places - 1;
    while (affordable > 1 && neededFor(ranked, affordable) > available * USABLE_SHARE) affordable -= 1;
    this.#places = Math.max(1, affordable);
    this.#squeezedSince = undefined;
  }

  #moving({ id }: Claim): number {
    return this.#live.has(id) ? 1 : 0;
  }
}

/** Bit/s when the first so many move and the others get a new picture at each turn. */
function neededFor(ranked: readonly Claim[], places: number): number {
  const refreshing = sumOf(ranked.slice(places)) * (KEY_FRAME_WORTH_MS / STILL_REFRESH_MS);
  return sumOf(ranked.slice(0, places)) + refreshing;
}

function turnsFor(bitrateOfStills: number, available: number | undefined): number {
  if (!available) return 1;
  const spent = bitrateOfStills * (KEY_FRAME_WORTH_MS / STILL_REFRESH_MS);
  return Math.max(1, Math.ceil(spent / (available * REFRESH_SHARE)));
}

function sumOf(claims: readonly Claim[]): number {
  return claims.reduce((sum, { bitrate }) => sum + bitrate, 0);
}
