import { WITHHELD_WORDS, type Vital } from '@haven/protocol';
import { normalIntervals, rmssd, sdnn } from '../../variability/intervals.ts';
import { average } from '../metrics.ts';
import type { EventReference } from '../reference.ts';
import type { Compared, Figures, VariabilityRecord } from '../report.ts';

type Both = { sdnn: Vital; rmssd: Vital };

/** One value a record: the last that the shipped gate let pass, since its window is the longest. */
export class LastVariability {
  readonly #subject: string;
  #measured: Both | null = null;
  #reason: Vital['reason'] = null;

  constructor(subject: string) {
    this.#subject = subject;
  }

  add(both: Both): void {
    const { sdnn, rmssd } = both;
    if (sdnn.state === 'measured' && rmssd.state === 'measured') this.#measured = { sdnn, rmssd };
    else this.#reason = sdnn.reason ?? rmssd.reason ?? this.#reason;
  }

  /** Beside the reference over the same time, ectopic beats left out by the same rule on both sides. */
  against(beats: EventReference): VariabilityRecord {
    const subject = this.#subject;
    if (this.#measured === null) {
      return { subject, withheld: this.#reason === null ? 'never judged' : WITHHELD_WORDS[this.#reason] };
    }
    const { sdnn: ofAll, rmssd: ofSteps } = this.#measured;
    const to = ofAll.measuredAt ?? 0;
    const normal = normalIntervals(beats.intervals(to - ofAll.windowMs, to));
    return {
      subject,
      sdnn: { value: ofAll.value ?? NaN, reference: sdnn(normal) },
      rmssd: { value: ofSteps.value ?? NaN, reference: rmssd(normal) },
      windowMs: ofAll.windowMs,
    };
  }
}

export function variabilityFigures(source: string, records: readonly VariabilityRecord[]): Figures {
  const passed = records.filter((record) => 'sdnn' in record);
  const error = ({ value, reference }: Compared) => Math.abs(value - reference);
  return {
    [`${source}.variability.records`]: passed.length,
    [`${source}.variability.sdnnMae`]: average(passed.map((record) => error(record.sdnn))),
    [`${source}.variability.rmssdMae`]: average(passed.map((record) => error(record.rmssd))),
  };
}
