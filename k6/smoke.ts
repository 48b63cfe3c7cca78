/** Does everything work at all? Half a minute; runs with the tests. */
import type { LoadOptions } from './lib/options.ts';
import { prepare, requests, signIns, TREND_STATISTICS, walls } from './lib/scenarios.ts';
import { seconds, share } from './lib/settings.ts';

export const setup = prepare;
export { rest, signalling, signingIn } from './lib/scenarios.ts';

const LENGTH = seconds(20);

export const options: LoadOptions = {
  scenarios: {
    requests: requests(10, [[10, share(LENGTH, 1)]], 5),
    walls: walls(3, [[3, share(LENGTH, 1)]]),
    signIns: signIns(5, share(LENGTH, 1)),
  },
  // The tests share their machine with others: whether it works, and no times.
  thresholds: {
    checks: ['rate==1'],
    haven_request_failures: ['rate==0'],
    haven_session_failures: ['rate==0'],
    haven_sign_in_failures: ['rate==0'],
    haven_request_refusals: ['rate==0'],
    haven_session_refusals: ['rate==0'],
    haven_joins: ['count>0'],
  },
  summaryTrendStats: TREND_STATISTICS,
};
