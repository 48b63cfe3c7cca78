import type { TechnicalCondition } from '@haven/protocol';

/** Frames after which a new analyzer would have seen a condition that is still there: 5 s at 15 frames/s. */
export const FRAMES_TO_JUDGE = 75;

/**
 * Remembers which conditions a stream's analyzer has reported, which an analyzer that begins anew does not know. A
 * condition that the new one does not report again, having seen the picture for a while, is over.
 */
export class ConditionLedger {
  readonly #present = new Set<TechnicalCondition>();
  #inherited = new Set<TechnicalCondition>();
  #judgeAtFrame = 0;

  report(condition: TechnicalCondition, present: boolean): void {
    this.#inherited.delete(condition);
    if (present) this.#present.add(condition);
    else this.#present.delete(condition);
  }

  /** @param framesAnalysed of the stream until now */
  restarted(framesAnalysed: number): void {
    this.#inherited = new Set(this.#present);
    this.#judgeAtFrame = framesAnalysed + FRAMES_TO_JUDGE;
  }

  /** Takes the conditions that are over because the new analyzer does not see them. */
  takeCleared(framesAnalysed: number): TechnicalCondition[] {
    if (framesAnalysed < this.#judgeAtFrame) return [];
    const cleared = [...this.#inherited];
    for (const condition of cleared) this.report(condition, false);
    return cleared;
  }
}
