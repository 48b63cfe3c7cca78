import type { Alert, AlertRule, Observation, Source } from '@haven/protocol';
import { initialState, type EpisodeState } from './episode.ts';
import { PulseBaseline } from './pulse-baseline.ts';
import { RecentIds } from './recent-ids.ts';

/** One rule of one patient. */
export type Watched = {
  readonly patientId: string;
  readonly rule: AlertRule;
  state: EpisodeState;
  /** The whole alert of the state's episode, as it was last shown. */
  alert: Alert | null;
  /** Of the stream that gave the last evidence. */
  source: Source;
  /** A look at its delay waits for its turn. */
  advancing: boolean;
};

/** What the rules remember of one patient. */
export class PatientWatch {
  /** Observations that the rules have seen. */
  readonly seen = new RecentIds();
  readonly #patientId: string;
  readonly #rules = new Map<AlertRule, Watched>();
  readonly #baseline = new PulseBaseline();

  constructor(patientId: string) {
    this.#patientId = patientId;
  }

  rule(rule: AlertRule): Watched {
    let watched = this.#rules.get(rule);
    if (watched === undefined) {
      watched = {
        patientId: this.#patientId,
        rule,
        state: initialState(),
        alert: null,
        source: 'camera',
        advancing: false,
      };
      this.#rules.set(rule, watched);
    }
    return watched;
  }

  rules(): Iterable<Watched> {
    return this.#rules.values();
  }

  /** The pulse of about five minutes before this observation, which is remembered if it is a measured pulse. */
  baselineFor(observation: Observation, steady: number): number | null {
    if (observation.kind !== 'vital' || observation.vital.name !== 'pulse') return null;
    const { state, value } = observation.vital;
    if (state !== 'measured' || value === null) return null;
    const baseline = this.#baseline.at(steady);
    this.#baseline.add(steady, value);
    return baseline;
  }
}
