/** Hours of an ordinary day: does anything grow, slow down or fall away? The runner prints the server's memory. */
import type { LoadOptions } from './lib/options.ts';
import { prepare, requests, signIns, TREND_STATISTICS, walls } from './lib/scenarios.ts';
import { seconds, share } from './lib/settings.ts';
import { API, requestsHappened, SESSIONS, SIGN_IN, wallsJoined } from './lib/thresholds.ts';

export const setup = prepare;
export { rest, signalling, signingIn } from './lib/scenarios.ts';

const LENGTH = seconds(4 * 3600);
const REQUESTS_A_SECOND = 20;
const WALLS = 60;

export const options: LoadOptions = {
  scenarios: {
    requests: requests(REQUESTS_A_SECOND, [[REQUESTS_A_SECOND, share(LENGTH, 1)]], 20),
    walls: walls(1, [
      [WALLS, share(LENGTH, 0.05)],
      [WALLS, share(LENGTH, 0.95)],
    ]),
    signIns: signIns(30, share(LENGTH, 1)),
  },
  thresholds: {
    ...{ ...API, ...SIGN_IN, ...SESSIONS },
    ...requestsHappened(REQUESTS_A_SECOND, LENGTH),
    ...wallsJoined(WALLS, LENGTH),
  },
  summaryTrendStats: TREND_STATISTICS,
};
