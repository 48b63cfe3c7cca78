import type { types } from 'mediasoup';

/** A peer that was promised media and has not connected within this time, ms, does not come. */
export const CONNECT_WITHIN_MS = 30_000;
/** So long after ICE lost it, ms, a peer is given up: with the 15 s until that is noticed, a minute. */
export const ICE_RETURN_MS = 45_000;

/** A device's or a browser's transport, and what is to travel on it. */
export type ReapedPeer = {
  readonly transport: Pick<types.WebRtcTransport, 'id' | 'iceState' | 'dtlsState' | 'close'>;
  readonly producers: ReadonlySet<unknown>;
  readonly consumers: ReadonlySet<unknown>;
};

type State = 'fine' | 'expected' | 'lost' | 'over';
const PATIENCE_MS: Readonly<Record<Exclude<State, 'fine'>, number>> = {
  expected: CONNECT_WITHIN_MS,
  lost: ICE_RETURN_MS,
  over: 0,
};

/** Closes the transports of peers that are gone without a word, so that no worker sends to nobody. */
export class PeerReaper {
  readonly #clock: () => number;
  /** In which state each peer is, and since when, by its transport's id. */
  #states = new Map<string, { state: State; since: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** To be called about twice a second. @returns how many were closed */
  examine(peers: readonly ReapedPeer[]): number {
    const now = this.#clock();
    const before = this.#states;
    this.#states = new Map();
    let closed = 0;
    for (const peer of peers) {
      const { id } = peer.transport;
      const state = stateOf(peer);
      const known = before.get(id);
      const since = known?.state === state ? known.since : now;
      if (state !== 'fine' && now - since >= PATIENCE_MS[state]) {
        peer.transport.close();
        closed += 1;
      } else {
        this.#states.set(id, { state, since });
      }
    }
    return closed;
  }
}

/** One that nothing travels on yet waits for the first stream of a room, and costs next to nothing. */
function stateOf({ transport: { iceState, dtlsState }, producers, consumers }: ReapedPeer): State {
  if (dtlsState === 'failed' || dtlsState === 'closed') return 'over';
  if (iceState === 'disconnected') return 'lost';
  if (dtlsState === 'connected') return 'fine';
  return producers.size + consumers.size > 0 ? 'expected' : 'fine';
}
