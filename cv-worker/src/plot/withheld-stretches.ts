import type { Vital, WithheldReason } from '@haven/protocol';

/** Seconds in a row in which a vital is withheld for one reason. */
export type Stretch = { fromS: number; toS: number; reason: WithheldReason };

/** A second's vital stands for the second that ends then. */
const SECOND_S = 1;

export function withheldStretches(seconds: readonly { atS: number; vital: Vital }[]): Stretch[] {
  const stretches: Stretch[] = [];
  let goesOn = false;
  for (const { atS, vital } of seconds) {
    const { reason } = vital;
    if (vital.value !== null || reason === null) {
      goesOn = false;
      continue;
    }
    const last = stretches.at(-1);
    if (goesOn && last?.reason === reason) last.toS = atS;
    else stretches.push({ fromS: goesOn && last ? last.toS : Math.max(0, atS - SECOND_S), toS: atS, reason });
    goesOn = true;
  }
  return stretches;
}
