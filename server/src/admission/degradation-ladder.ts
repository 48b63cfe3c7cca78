import { degradationStepSchema, type DegradationStep } from '@haven/protocol';
import type { Strain } from './strain.ts';

/** A step up is made after so long under strain, ms: until the last step shows what it brought. */
const RISE_AFTER_MS = 5_000;
/** A step down after so long without, ms: what comes back costs what it was given up for. */
const FALL_AFTER_MS = 20_000;

const STEPS = degradationStepSchema.options;
/** While others keep the machine busy, Haven's viewers are not made to pay for it: only measuring is thinned out. */
const HIGHEST_FOR_OTHERS = STEPS.indexOf('analysis');

/** What is given up under load, one step at a time: up within seconds, down slowly, so that it does not swing. */
export class DegradationLadder {
  #index = 0;
  /** Where the present strain leads, and since when. */
  #direction: 'up' | 'stay' | 'down' = 'stay';
  #since = -Infinity;

  get step(): DegradationStep {
    return STEPS[this.#index] ?? 'none';
  }

  /** 0 (nothing is given up) to 4. */
  get level(): number {
    return this.#index;
  }

  /** To be called about once a second. @param now ms */
  update(now: number, strain: Strain): DegradationStep {
    const direction = this.#directionOf(strain);
    if (direction !== this.#direction) {
      this.#direction = direction;
      this.#since = now;
    }
    if (direction === 'up' && now - this.#since >= RISE_AFTER_MS) this.#move(now, 1);
    if (direction === 'down' && now - this.#since >= FALL_AFTER_MS) this.#move(now, -1);
    return this.step;
  }

  #directionOf(strain: Strain): 'up' | 'stay' | 'down' {
    if (strain === 'own') return this.#index < STEPS.length - 1 ? 'up' : 'stay';
    if (strain === 'low') return this.#index > 0 ? 'down' : 'stay';
    if (strain === 'fair' || this.#index === HIGHEST_FOR_OTHERS) return 'stay';
    return this.#index < HIGHEST_FOR_OTHERS ? 'up' : 'down';
  }

  #move(now: number, by: 1 | -1): void {
    this.#index += by;
    this.#since = now;
  }
}
