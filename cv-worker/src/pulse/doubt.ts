import type { WithheldReason } from '@haven/protocol';
import type { Family } from './candidates.ts';
import { rateOf } from './rate-grid.ts';
import { TOLERANCE_PER_MIN } from './posterior.ts';

export type Doubt = Extract<WithheldReason, 'weak-signal' | 'disagreement' | 'light-changing' | 'moving'>;

/** Evidence that noise alone hardly reaches at any rate, nats: a share of 0.4 of the power. */
const CLEAR_EVIDENCE = 3;

/**
 * Why a window may not be believed, by the log-likelihoods of all rates.
 *
 * @param families each family's own
 * @param evidence of all families together (`skin`), the same less what the background shows (`lit`), and less what
 * the head's movement shows as well (`total`)
 */
export function doubt(
  families: Map<Family, Float64Array>,
  { skin, lit, total }: { skin: Float64Array; lit: Float64Array; total: Float64Array },
): Doubt {
  const brightest = highest(skin);
  if (skin[brightest] >= CLEAR_EVIDENCE && skin[brightest] - lit[brightest] >= CLEAR_EVIDENCE) {
    return 'light-changing';
  }
  const strongest = highest(lit);
  if (lit[strongest] >= CLEAR_EVIDENCE && lit[strongest] - total[strongest] >= CLEAR_EVIDENCE) {
    return 'moving';
  }
  const clear = [...families.values()]
    .map((evidence) => ({ evidence, state: highest(evidence) }))
    .filter(({ evidence, state }) => evidence[state] >= CLEAR_EVIDENCE)
    .map(({ state }) => rateOf(state));
  const apart = clear.length > 1 && Math.max(...clear) - Math.min(...clear) > TOLERANCE_PER_MIN;
  return apart ? 'disagreement' : 'weak-signal';
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
