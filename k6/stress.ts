/** Where does it end? More and more requests and walls, beyond the limits: what is too much has to be refused well. */
import type { LoadOptions } from './lib/options.ts';
import { prepare, requests, TREND_STATISTICS, walls } from './lib/scenarios.ts';
import { seconds, share } from './lib/settings.ts';
import { UNDER_STRESS } from './lib/thresholds.ts';

export const setup = prepare;
export { rest, signalling } from './lib/scenarios.ts';

const LENGTH = seconds(600);
const STEP = share(LENGTH, 0.2);

export const options: LoadOptions = {
  scenarios: {
    requests: requests(
      50,
      [
        [100, STEP],
        [200, STEP],
        [400, STEP],
        [800, STEP],
        [50, STEP],
      ],
      200,
    ),
    walls: walls(100, [
      [150, STEP],
      [200, STEP],
      [250, STEP],
      [300, STEP],
      [100, STEP],
    ]),
  },
  thresholds: UNDER_STRESS,
  summaryTrendStats: TREND_STATISTICS,
};
