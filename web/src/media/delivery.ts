import type { TileSending } from '@haven/protocol';

/** Why the pictures of a stream do not move, where that is not the viewer's own wish. */
export type StillBecause = 'network' | 'server-load' | null;

/** What the SFU sends of a stream to this screen. */
export type Delivery = {
  sending: TileSending;
  because: StillBecause;
  /** Since when it does, by this browser's clock, ms: a moving picture is waited for from then on. */
  since: number;
};

/** Tracks, by id, whose pictures the SFU held back on purpose at any time since then. @param at ms */
export function heldBackSince(
  at: number,
  tracks: ReadonlyMap<string, Pick<MediaStreamTrack, 'id'>>,
  deliveries: ReadonlyMap<string, Delivery>,
): ReadonlySet<string> {
  const heldBack = [...tracks].filter(([streamId]) => {
    const delivery = deliveries.get(streamId);
    return delivery?.sending !== 'live' || delivery.since >= at;
  });
  return new Set(heldBack.map(([, { id }]) => id));
}
