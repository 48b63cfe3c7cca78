import type { FiguresReads } from '../http/live-figures-api.ts';

/** A node through which nothing travels. */
export const NO_FIGURES: FiguresReads = () => ({
  at: 0,
  load: { step: 'none', overloaded: false, drainingUntil: null },
  streams: [],
  viewers: { good: 0, fair: 0, poor: 0, lost: 0 },
  mediaWorkers: [],
});
