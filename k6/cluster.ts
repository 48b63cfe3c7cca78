/** A thousand walls at the nodes of a cluster: their signalling alone (acceptance figures). */
import exec from 'k6/execution';
import type { LoadOptions } from './lib/options.ts';
import { sessionOf } from './lib/rest.ts';
import { prepare, TREND_STATISTICS, walls, type Prepared } from './lib/scenarios.ts';
import { nodeOf, seconds, share } from './lib/settings.ts';
import { SESSIONS, wallsJoined } from './lib/thresholds.ts';
import { watchRoom } from './lib/wall.ts';

export const setup = prepare;

const LENGTH = seconds(600);
const WALLS = 1000;
/** As long as nobody can tell their coming from their being there, s. */
const WATCH_SECONDS = 60;

export async function signalling({ sessions }: Prepared): Promise<void> {
  const { idInTest } = exec.vu;
  await watchRoom(nodeOf(idInTest), sessionOf(sessions, idInTest), WATCH_SECONDS);
}

export const options: LoadOptions = {
  scenarios: {
    walls: walls(1, [
      [WALLS, share(LENGTH, 0.2)],
      [WALLS, share(LENGTH, 0.8)],
    ]),
  },
  thresholds: { ...SESSIONS, ...wallsJoined(WALLS, LENGTH, WATCH_SECONDS) },
  summaryTrendStats: TREND_STATISTICS,
};
