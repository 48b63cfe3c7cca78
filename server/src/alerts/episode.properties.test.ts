/** Random histories of the state machine: what must hold whatever happens, in whatever order. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_ALERT_LIMITS, type AlertRule } from '@haven/protocol';
import fc from 'fast-check';
import {
  acknowledge,
  advance,
  CLEARING_GAP_MS,
  initialState,
  observe,
  silence,
  type EpisodeState,
} from './episode.ts';
import type { Evidence } from './evidence.ts';
import { judgementOf, RULES, type Judgement } from './rules.ts';

const RUNS = 3_000;
const HOUR = 3_600_000;
const someone = { userId: '4b7f7a4e-7b57-4b3c-9f4b-7a4f3a5a0f11', userName: 'Somebody', reason: null };

const kinds = fc.constantFrom<Evidence['kind']>('breach', 'breach', 'breach', 'between', 'normal', 'normal');
/** One thing that happens, `after` so many ms. */
const step = fc.record({
  after: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
  ),
  what: fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant('evidence' as const), evidence: kinds }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const), evidence: kinds }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'over' as const }) },
    { weight: 5, arbitrary: fc.constant({ kind: 'tick' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'repeat' as const }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'acknowledge' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'silence' as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), delaysKept: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('clock' as const),
        whose: fc.constantFrom('system', 'measuring'),
        by: fc.integer({ min: -HOUR, max: HOUR }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('limits' as const),
        delaySeconds: fc.integer({ min: 15, max: 20 }),
      }),
    },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays a history and checks every step of it against what is known from outside the machine. */
class History {
  readonly #name: AlertRule;
  #rule: Judgement;
  #state: EpisodeState = initialState();
  #steady = 1_000_000;
  #systemOffset = 0;
  #measuringOffset = 0;
  /** The measured values that counted: when they arrived, and what they said. */
  #evidence: { at: number; kind: Evidence['kind'] }[] = [];
  /** Numbers of episodes that were begun. */
  readonly #begun = new Set<number>();

  constructor(name: AlertRule) {
    this.#name = name;
    this.#rule = judgementOf(name, DEFAULT_ALERT_LIMITS);
  }

  play({ after, what }: Step): void {
    this.#steady += after;
    switch (what.kind) {
      case 'evidence':
        this.#take(what.evidence, 0);
        break;
      case 'run':
        for (let second = 0; second < 17; second++) {
          this.#steady += 1000;
          this.#take(what.evidence, 0);
          this.#become('time', advance(this.#state, this.#rule, this.#moment));
        }
        break;
      case 'over':
        this.#take('over', 0);
        break;
      case 'repeat':
        this.#take('normal', 2_000);
        break;
      case 'tick':
        this.#become('time', advance(this.#state, this.#rule, this.#moment));
        break;
      case 'acknowledge':
        this.#become('person', acknowledge(this.#state, this.#rule, { ...someone, at: this.#moment.at }));
        break;
      case 'silence': {
        const { at } = this.#moment;
        this.#become('person', silence(this.#state, { ...someone, at, until: at + 60_000 }));
        break;
      }
      case 'restart':
        this.#restart(what.delaysKept);
        break;
      case 'clock':
        if (what.whose === 'system') this.#systemOffset += what.by;
        else this.#measuringOffset += what.by;
        break;
      case 'limits':
        this.#rule = judgementOf(this.#name, { ...DEFAULT_ALERT_LIMITS, delaySeconds: what.delaySeconds });
    }
  }

  get #moment() {
    return { steady: this.#steady, at: 1e12 + this.#steady + this.#systemOffset };
  }

  #take(kind: Evidence['kind'], olderBy: number): void {
    const measuredAt = 1e12 + this.#steady + this.#measuringOffset - olderBy;
    const evidence = { kind, value: 1, limit: 2 };
    const state = observe(this.#state, this.#rule, { evidence, measuredAt, ageMs: 0 }, this.#moment);
    if (state === this.#state) return;
    this.#evidence.push({ at: this.#steady, kind });
    this.#become(kind, state);
  }

  /** As a process that ends and one that starts: everything but what is on disk is forgotten. */
  #restart(delaysKept: boolean): void {
    const { lastEpisode, episode, breach } = this.#state;
    const kept: unknown = JSON.parse(JSON.stringify({ lastEpisode, episode, breach }));
    expect(kept).toEqual({ lastEpisode, episode, breach });
    this.#state = initialState(
      lastEpisode,
      episode?.active === true ? episode : null,
      delaysKept ? breach : null,
    );
    if (!delaysKept) this.#evidence = [];
  }

  #become(cause: Evidence['kind'] | 'time' | 'person', state: EpisodeState): void {
    const before = this.#state.episode;
    const after = state.episode;
    this.#state = state;
    if (after === before || after === null) return;
    expect(after.change.at).toBe(this.#moment.at);
    if (before?.episode !== after.episode) {
      expect(before?.active ?? false).toBe(false);
      expect(this.#begun).not.toContain(after.episode);
      expect(after.episode).toBe(this.#begun.size + 1);
      expect(after.version).toBe(1);
      this.#begun.add(after.episode);
    } else {
      expect(after.version).toBe(before.version + 1);
      // What has ended stays as it was.
      expect(before.active).toBe(true);
    }
    const turnedPresent = after.condition === 'present' && before?.condition !== 'present';
    if (turnedPresent || before?.episode !== after.episode) this.#expectLastingBreach();
    if (before?.condition === 'present' && after.condition === 'cleared') this.#expectCleared(cause);
    if (RULES[this.#name].priority === 'high' && !after.active) {
      expect(after.condition).toBe('cleared');
      expect(after.acknowledgement).not.toBeNull();
    }
  }

  /** No alert before breaches, and nothing else, were measured from a whole delay ago on. */
  #expectLastingBreach(): void {
    const other = this.#evidence.findLastIndex(({ kind }) => kind !== 'breach');
    const first = this.#evidence[other + 1];
    expect(this.#steady - (first?.at ?? Infinity)).toBeGreaterThanOrEqual(this.#rule.delayMs);
  }

  /** Only measured values clear, and only those of a whole stretch without a gap; or the end that was seen. */
  #expectCleared(cause: Evidence['kind'] | 'time' | 'person'): void {
    if (cause === 'over' && !this.#rule.momentary) return;
    expect(cause).toBe(this.#rule.momentary ? 'person' : 'normal');
    if (this.#rule.momentary) return;
    const begin = this.#steady - this.#rule.clearAfterMs;
    const stretch = this.#evidence.slice(this.#evidence.findLastIndex(({ at }) => at <= begin));
    expect(stretch[0]!.at).toBeLessThanOrEqual(begin);
    stretch.forEach(({ at, kind }, index) => {
      if (at >= begin) expect(kind).toBe('normal');
      const next = stretch[index + 1];
      if (next !== undefined) expect(next.at - at).toBeLessThanOrEqual(CLEARING_GAP_MS);
    });
  }
}

describe('whatever the history', () => {
  let cases = 0;
  afterAll(() => {
    process.stdout.write(`alert state machine: ${cases} random histories\n`);
  });

  test.each<AlertRule>(['pulse-high', 'fall', 'absent', 'signal-lost'])(
    '%s begins after its delay, clears by evidence only, and leaves the screen as its priority says',
    (name) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
          cases += 1;
          const history = new History(name);
          for (const each of steps) history.play(each);
        }),
        { numRuns: name === 'pulse-high' ? RUNS : RUNS / 3 },
      );
    },
  );

  test('crossings that are shorter than the delay never alert', () => {
    const rule = judgementOf('pulse-high', DEFAULT_ALERT_LIMITS);
    const crossing = fc.record({
      calm: fc.integer({ min: 1, max: 20_000 }),
      times: fc.array(fc.integer({ min: 0, max: 14_998 }), { minLength: 1, maxLength: 20 }),
      until: fc.integer({ min: 14_999, max: 14_999 }),
      back: fc.constantFrom<Evidence['kind']>('between', 'normal', 'over'),
    });
    fc.assert(
      fc.property(fc.array(crossing, { minLength: 1, maxLength: 10 }), (crossings) => {
        cases += 1;
        let state = initialState();
        let now = 1_000_000;
        const at = (steady: number) => ({ steady, at: steady });
        const take = (kind: Evidence['kind'], steady: number) => {
          const evidence = { kind, value: 1, limit: 2 };
          state = advance(state, rule, at(steady));
          state = observe(state, rule, { evidence, measuredAt: steady, ageMs: 0 }, at(steady));
        };
        for (const { calm, times, until, back } of crossings) {
          now += calm;
          const sorted = times.toSorted((a, b) => a - b);
          for (const time of sorted) take('breach', now + time - sorted[0]!);
          now += until;
          take(back, now);
        }
        expect(state.episode).toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  test('a breach after which nothing is measured alerts when its delay is over, not before', () => {
    const rule = judgementOf('pulse-high', DEFAULT_ALERT_LIMITS);
    const looks = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(looks, (times) => {
        cases += 1;
        const evidence: Evidence = { kind: 'breach', value: 1, limit: 2 };
        const since = { steady: 500, at: 500 };
        let state = observe(initialState(), rule, { evidence, measuredAt: 500, ageMs: 0 }, since);
        for (const time of times.toSorted((a, b) => a - b)) {
          state = advance(state, rule, { steady: 500 + time, at: 0 });
          expect(state.episode !== null).toBe(time >= rule.delayMs);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
