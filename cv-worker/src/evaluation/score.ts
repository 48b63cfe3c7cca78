import type { Vital } from '@haven/protocol';
import { metrics, type Judgement, type Metrics } from './metrics.ts';
import type { ReferenceRate } from './reference.ts';

export type ScoreOptions = {
  /** Where the recordings are from, and what was done to them. */
  source: string;
  method: string;
  /** A second counts for coverage from a full window on. */
  windowMs: number;
  /** Absolute tolerance, 1/min. */
  tolerance: number;
};

/** Coverage and, for what was shown but not measured just then, how far it was off. */
export type Scored = Metrics & {
  /** Seconds with a measured value over seconds from which a full window and a reference exist. */
  coverage: number | null;
  eligible: number;
  /** Largest error of any value that was shown, measured or held. */
  worstShown: number | null;
};

type Tally = { eligible: number; covered: number; worstShown: number | null };

/** Gathers what a method said second by second over the recordings of one source. */
export class Score {
  readonly options: ScoreOptions;
  readonly judgements: Judgement[] = [];
  readonly #tallies = new Map<string, Tally>();

  constructor(options: ScoreOptions) {
    this.options = options;
  }

  get subjects(): string[] {
    return [...this.#tallies.keys()];
  }

  /**
   * @param atMs time of the second on the recording's clock
   * @param startMs the recording's first picture
   */
  add(subject: string, atMs: number, startMs: number, vital: Vital, truth: ReferenceRate): void {
    const tally = this.#tally(subject);
    const from = atMs - this.options.windowMs;
    const now = truth.meanRate(from, atMs);
    const isEligible = from >= startMs && now !== null;
    if (isEligible) tally.eligible++;
    if (vital.value === null) return;
    const measuredAt = vital.state === 'measured' ? vital.measuredAt : null;
    const reference =
      measuredAt === null ? now : truth.meanRate(Math.max(startMs, measuredAt - vital.windowMs), measuredAt);
    if (reference === null) return;
    tally.worstShown = Math.max(tally.worstShown ?? 0, Math.abs(vital.value - reference));
    if (measuredAt === null) return;
    if (isEligible) tally.covered++;
    this.judgements.push({
      subject,
      atMs: atMs - startMs,
      value: vital.value,
      reference,
      quality: vital.quality,
      interval: vital.interval ?? null,
    });
  }

  total(): Scored {
    return this.#scored(this.judgements, [...this.#tallies.values()]);
  }

  of(subject: string): Scored {
    const judgements = this.judgements.filter((judgement) => judgement.subject === subject);
    return this.#scored(judgements, [this.#tally(subject)]);
  }

  /** As if a subject had not been there. */
  without(subject: string): Scored {
    const judgements = this.judgements.filter((judgement) => judgement.subject !== subject);
    const tallies = [...this.#tallies].flatMap(([name, tally]) => (name === subject ? [] : [tally]));
    return this.#scored(judgements, tallies);
  }

  #scored(judgements: readonly Judgement[], tallies: readonly Tally[]): Scored {
    const eligible = tallies.reduce((sum, tally) => sum + tally.eligible, 0);
    const covered = tallies.reduce((sum, tally) => sum + tally.covered, 0);
    const worst = tallies.flatMap(({ worstShown }) => (worstShown === null ? [] : [worstShown]));
    return {
      ...metrics(judgements, this.options.tolerance),
      coverage: eligible === 0 ? null : covered / eligible,
      eligible,
      worstShown: worst.length === 0 ? null : Math.max(...worst),
    };
  }

  #tally(subject: string): Tally {
    let tally = this.#tallies.get(subject);
    if (tally === undefined) {
      tally = { eligible: 0, covered: 0, worstShown: null };
      this.#tallies.set(subject, tally);
    }
    return tally;
  }
}
