import type { DegradationStep, LinkQuality, ServerLoad } from '@haven/protocol';
import type { Delivery } from '../media/delivery.ts';

/** A sentence about all pictures at once, where a word on each of them would be noise. */
export type MediaNotice = { about: 'stop' | 'server' | 'network'; words: string };

/** What a wall says of each step. Fewer analysed pictures are said on the tiles that they concern. */
const STEP_WORDS: Readonly<Record<DegradationStep, string | null>> = {
  none: null,
  analysis: null,
  layers: 'The server is busy: pictures are coarser than usual.',
  'off-screen': 'The server is busy: pictures are coarser than usual, and small ones may be stills.',
  refusing: 'The server is very busy: small pictures may be stills, and nobody else can join now.',
};

const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export type MediaSituation = {
  load: ServerLoad;
  /** This viewer's own link. */
  link: LinkQuality;
  deliveries: Iterable<Delivery>;
  /** Is told the server's own words as well. */
  administrator: boolean;
  /** Now by the server's clock, ms. */
  serverNow: number;
};

/** What is to be said of this screen's network and of the server, most pressing first. */
export function mediaNotices(situation: MediaSituation): MediaNotice[] {
  const stills = [...situation.deliveries].filter(({ sending }) => sending === 'still');
  const isBecause = (reason: Delivery['because']) => stills.some(({ because }) => because === reason);
  const { load, link, administrator } = situation;
  const notices: { about: MediaNotice['about']; words: string | null }[] = [
    { about: 'stop', words: stopWords(load, situation.serverNow) },
    { about: 'server', words: serverWords(load, isBecause('server-load'), administrator) },
    { about: 'network', words: networkWords(link, isBecause('network')) },
  ];
  return notices.flatMap(({ about, words }) => (words === null ? [] : { about, words }));
}

function stopWords({ drainingUntil }: ServerLoad, serverNow: number): string | null {
  if (drainingUntil === null) return null;
  const when = drainingUntil > serverNow ? `stops at ${timeFormat.format(drainingUntil)}` : 'is stopping';
  return `This server ${when}. This screen then connects again by itself.`;
}

function serverWords({ step, overloaded }: ServerLoad, someStill: boolean, detailed: boolean): string | null {
  const words =
    STEP_WORDS[step] ??
    (overloaded ? 'The server is full: nobody else can join now.' : null) ??
    (someStill ? 'The server is busy: some pictures are stills.' : null);
  if (words === null || !detailed) return words;
  return `${words} (Degradation: ${step}; overload: ${overloaded ? 'yes' : 'no'}. See the server’s /health.)`;
}

function networkWords(link: LinkQuality, someStill: boolean): string | null {
  if (link === 'lost') return 'Your network lets no pictures through to this screen.';
  if (someStill) return 'Your network is slow: some pictures are stills.';
  return link === 'poor' ? 'Your network is slow: pictures may be coarse or late.' : null;
}
