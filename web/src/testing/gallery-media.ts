/** What the gallery's scenes about media show: deliveries, links and the server's load. */
import type { LinkQuality, ServerLoad, TechnicalCondition } from '@haven/protocol';
import { steadyNow } from '../core/clock.ts';
import type { Delivery } from '../media/delivery.ts';

export type MediaEntry = {
  sending: Delivery['sending'];
  because: Delivery['because'];
  quality?: LinkQuality;
  conditions?: TechnicalCondition[];
};

const live: MediaEntry = { sending: 'live', because: null };
const slow: MediaEntry = { sending: 'still', because: 'network' };
const busy: MediaEntry = { sending: 'still', because: 'server-load' };

/** One a tile, again from the first after the last. */
const MIXED: readonly MediaEntry[] = [
  live,
  slow,
  { ...live, quality: 'fair' },
  { sending: 'hidden', because: null },
  { ...live, quality: 'poor' },
  { ...slow, quality: 'poor' },
  { ...slow, conditions: ['camera-covered'] },
  { ...slow, conditions: ['signal-lost'] },
  busy,
  live,
];

type MediaScene = { tiles: readonly MediaEntry[]; link: LinkQuality; load: ServerLoad };

const calm: ServerLoad = { step: 'none', overloaded: false, drainingUntil: null };
const MEDIA_SCENES: Readonly<Record<string, MediaScene>> = {
  stills: { tiles: MIXED, link: 'poor', load: calm },
  slow: { tiles: [live, slow, slow, slow], link: 'poor', load: calm },
  busy: { tiles: [live, busy, busy, live], link: 'good', load: { ...calm, step: 'off-screen' } },
  refusing: {
    tiles: [live, busy, busy, live],
    link: 'good',
    load: { ...calm, step: 'refusing', overloaded: true },
  },
  draining: {
    tiles: [live],
    link: 'good',
    load: { ...calm, drainingUntil: Math.round(steadyNow()) + 300_000 },
  },
};

export function mediaScene(scene: string): MediaScene {
  return MEDIA_SCENES[scene] ?? { tiles: [live], link: 'good', load: calm };
}
