/** What an installation at its limits does all day: 50 requests a second, 150 walls, somebody signing in. */
import type { LoadOptions } from './lib/options.ts';
import { prepare, requests, signIns, TREND_STATISTICS, walls } from './lib/scenarios.ts';
import { seconds, share } from './lib/settings.ts';
import { API, requestsHappened, SESSIONS, SIGN_IN, wallsJoined } from './lib/thresholds.ts';

export const setup = prepare;
export { rest, signalling, signingIn } from './lib/scenarios.ts';

const LENGTH = seconds(600);
/** Acceptance figures: sustained. */
const REQUESTS_A_SECOND = 50;
/** Below nine tenths of 200 viewers, from which on health is degraded. */
const WALLS = 150;

export const options: LoadOptions = {
  scenarios: {
    requests: requests(REQUESTS_A_SECOND, [[REQUESTS_A_SECOND, share(LENGTH, 1)]], 50),
    walls: walls(1, [
      [WALLS, share(LENGTH, 0.1)],
      [WALLS, share(LENGTH, 0.9)],
    ]),
    signIns: signIns(5, share(LENGTH, 1)),
  },
  thresholds: {
    ...{ ...API, ...SIGN_IN, ...SESSIONS },
    ...requestsHappened(REQUESTS_A_SECOND, LENGTH),
    ...wallsJoined(WALLS, LENGTH),
  },
  summaryTrendStats: TREND_STATISTICS,
};
