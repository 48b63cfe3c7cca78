import type { DegradationStep, LinkQuality, LiveFigures, StreamFigures } from '@haven/protocol';

export const QUALITY_WORDS: Readonly<Record<LinkQuality, { words: string; kind: 'good' | 'warning' }>> = {
  good: { words: 'Good', kind: 'good' },
  fair: { words: 'Fair', kind: 'good' },
  poor: { words: 'Poor', kind: 'warning' },
  lost: { words: 'Lost', kind: 'warning' },
};

const STEP_WORDS: Readonly<Record<DegradationStep, string>> = {
  none: 'Nothing is given up.',
  analysis: 'Fewer pictures a second are analysed.',
  layers: 'Walls get smaller pictures.',
  'off-screen': 'Small tiles stand still, and what is off screen is paused.',
  refusing: 'New sessions are refused.',
};

/** What the server gives up, in a sentence. */
export function loadWords({ step, overloaded, drainingUntil }: LiveFigures['load']): string {
  return [
    ...(drainingUntil === null ? [] : ['The server is being taken out of service.']),
    ...(overloaded ? ['The server is at a limit.'] : []),
    STEP_WORDS[step],
  ].join(' ');
}

/** Such as `1.2 Mbit/s`. */
export function bitrateWords(bitsPerSecond: number): string {
  return bitsPerSecond < 1_000_000
    ? `${Math.round(bitsPerSecond / 1000)} kbit/s`
    : `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

/** Such as `3 min`, `2 h 5 min`. */
export function ageWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const percentWords = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Of a stream's layers, the worst that is sent. */
export function worstLayer({ layers }: StreamFigures) {
  const sent = layers.filter(({ bitrate }) => bitrate > 0);
  if (sent.length === 0) return null;
  const roundTrips = sent.flatMap(({ roundTripMs }) => (roundTripMs === null ? [] : [roundTripMs]));
  return {
    lossFraction: Math.max(...sent.map(({ lossFraction }) => lossFraction)),
    jitterMs: Math.max(...sent.map(({ jitterMs }) => jitterMs)),
    roundTripMs: roundTrips.length === 0 ? null : Math.max(...roundTrips),
    score: Math.min(...sent.map(({ score }) => score)),
  };
}
