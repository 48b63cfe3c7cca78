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
