/** Everybody at once, as at a change of shifts or after a network came back: twenty walls become 150 in ten seconds. */
import type { LoadOptions } from './lib/options.ts';
import { prepare, requests, TREND_STATISTICS, walls } from './lib/scenarios.ts';
import { seconds, share } from './lib/settings.ts';
import { UNDER_STRESS } from './lib/thresholds.ts';

export const setup = prepare;
export { rest, signalling } from './lib/scenarios.ts';

const LENGTH = seconds(180);

export const options: LoadOptions = {
  scenarios: {
    requests: requests(
      20,
      [
        [20, share(LENGTH, 0.3)],
        [300, share(LENGTH, 0.05)],
        [300, share(LENGTH, 0.15)],
        [20, share(LENGTH, 0.05)],
        [20, share(LENGTH, 0.45)],
      ],
      150,
    ),
    walls: walls(20, [
      [20, share(LENGTH, 0.3)],
      [150, share(LENGTH, 0.05)],
      [150, share(LENGTH, 0.3)],
      [20, share(LENGTH, 0.35)],
    ]),
  },
  thresholds: UNDER_STRESS,
  summaryTrendStats: TREND_STATISTICS,
};
