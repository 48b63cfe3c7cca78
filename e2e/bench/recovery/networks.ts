import { setTimeout as sleep } from 'node:timers/promises';
import type { Losses } from '../../../device/src/testing/lossy-relay.ts';
import { observedMs, type Figures, type RecoveryCase } from './case.ts';
import { RecoveryWard } from './ward.ts';

/** The device adapts to a path within this time, ms. */
const SETTLED_MS = 5_000;

/** @param losses of each packet on the path between device and SFU */
function badPath(name: string, what: string, losses: Losses, goals: Figures): RecoveryCase {
  return {
    name,
    what,
    goals,
    async open(quick) {
      const ward = await RecoveryWard.start({ patients: 1, losses });
      await sleep(SETTLED_MS);
      return {
        close: () => ward.close(),
        async run() {
          const since = Date.now();
          await sleep(observedMs(quick));
          const until = Date.now();
          const pictures = await ward.wall.pictures(since);
          const fewest = Math.min(...[...pictures.values()].map(({ length }) => length));
          return {
            'longest gap, s': (await ward.wall.longestGap(since, until)) / 1000,
            'pictures a second': (1000 * fewest) / (until - since),
          };
        },
      };
    },
  };
}

export const networkCases: readonly RecoveryCase[] = [
  badPath(
    'loss-20',
    '20 % of the packets between device and SFU are lost',
    { loss: 0.2 },
    { 'longest gap, s': 3 },
  ),
  badPath('loss-50', '50 % of the packets between device and SFU are lost', { loss: 0.5 }, {}),
  badPath(
    'delay-300',
    'packets between device and SFU take 300 ms each way',
    { delayMs: 300 },
    { 'longest gap, s': 3 },
  ),
];
