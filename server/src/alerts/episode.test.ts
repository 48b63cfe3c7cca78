import { describe, expect, test } from '@jest/globals';
import { DEFAULT_ALERT_LIMITS } from '@haven/protocol';
import {
  acknowledge,
  advance,
  end,
  initialState,
  move,
  observe,
  OVERTAKEN_WITHIN_MS,
  silence,
  type EpisodeState,
} from './episode.ts';
import type { Evidence } from './evidence.ts';
import { judgementOf } from './rules.ts';

const rule = judgementOf('pulse-high', DEFAULT_ALERT_LIMITS);
const fall = judgementOf('fall', DEFAULT_ALERT_LIMITS);
const absence = judgementOf('absent', DEFAULT_ALERT_LIMITS);
const breach: Evidence = { kind: 'breach', value: 141, limit: 130 };
const between: Evidence = { kind: 'between', value: 128, limit: 130 };
const normal: Evidence = { kind: 'normal', value: 90, limit: 130 };
const over: Evidence = { kind: 'over', value: null, limit: null };
const someone = {
  userId: '4b7f7a4e-7b57-4b3c-9f4b-7a4f3a5a0f11',
  userName: 'Somebody',
  at: 7,
  reason: null,
};

/** The system's clock is a day ahead of the steady one, so that the two are never taken for each other. */
const DAY = 86_400_000;
const moment = (steady: number) => ({ steady, at: steady + DAY });

/** Measured when it arrives, unless told otherwise. */
function take(state: EpisodeState, evidence: Evidence, steady: number, measuredAt = steady): EpisodeState {
  return observe(state, rule, { evidence, measuredAt, ageMs: 0 }, moment(steady));
}
/** Feeds one piece of evidence a second, from `from` up to and including `to` (s). */
function feed(state: EpisodeState, evidence: Evidence, from: number, to: number): EpisodeState {
  for (let second = from; second <= to; second++) state = take(state, evidence, second * 1000);
  return state;
}
const raised = () => feed(initialState(), breach, 100, 115);

describe('an episode', () => {
  test('begins when the breach has lasted for the delay, not before', () => {
    expect(feed(initialState(), breach, 100, 114).episode).toBeNull();
    expect(raised().episode).toMatchObject({
      condition: 'present',
      active: true,
      episode: 1,
    });
  });

  test('does not begin when the value comes back within the delay', () => {
    let state = feed(initialState(), breach, 100, 112);
    state = feed(state, between, 113, 113);
    expect(feed(state, breach, 114, 128).episode).toBeNull();
  });

  test('begins although nothing is measured any more, since missing data does not reset the delay', () => {
    const state = feed(initialState(), breach, 100, 102);
    expect(advance(state, rule, moment(114_999)).episode).toBeNull();
    expect(advance(state, rule, moment(115_000)).episode).toMatchObject({ condition: 'present' });
  });

  test('is not cleared by missing data, however long', () => {
    const state = raised();
    expect(advance(state, rule, moment(100_000_000)).episode).toEqual(state.episode);
  });

  test('is not cleared by values just inside the limit', () => {
    const state = feed(raised(), between, 116, 200);
    expect(state.episode?.condition).toBe('present');
  });

  test('clears after ten seconds of normal values, and stays on screen until acknowledged', () => {
    let state = feed(raised(), normal, 116, 125);
    expect(state.episode?.condition).toBe('present');
    state = feed(state, normal, 126, 126);
    expect(state.episode).toMatchObject({ condition: 'cleared', active: true, clearedAt: 126_000 + DAY });
    expect(acknowledge(state, rule, someone).episode).toMatchObject({
      active: false,
      acknowledgement: someone,
    });
  });

  test('does not count a gap in the data as a return to normal', () => {
    let state = feed(raised(), normal, 116, 118);
    state = take(state, normal, 140_000);
    expect(state.episode?.condition).toBe('present');
  });

  test('that is acknowledged while present ends when its condition clears', () => {
    let state = acknowledge(raised(), rule, someone);
    expect(state.episode).toMatchObject({ active: true, condition: 'present' });
    state = feed(state, normal, 116, 126);
    expect(state.episode).toMatchObject({ active: false, condition: 'cleared' });
  });

  test('goes on when the breach returns before anybody acknowledged it', () => {
    let state = feed(raised(), normal, 116, 126);
    state = feed(state, breach, 127, 142);
    expect(state.episode).toMatchObject({ episode: 1, condition: 'present', clearedAt: null });
  });

  test('is followed by one with the next number', () => {
    let state = acknowledge(feed(raised(), normal, 116, 126), rule, someone);
    state = feed(state, breach, 127, 142);
    expect(state.episode).toMatchObject({ episode: 2, acknowledgement: null, active: true });
  });

  test('keeps its first acknowledgement', () => {
    const state = acknowledge(raised(), rule, someone);
    expect(acknowledge(state, rule, { ...someone, userName: 'Somebody else' })).toBe(state);
  });

  test('raises its version by one with each change', () => {
    let state = raised();
    expect(state.episode?.version).toBe(1);
    state = acknowledge(state, rule, someone);
    expect(state.episode?.version).toBe(2);
    expect(feed(state, normal, 116, 126).episode?.version).toBe(3);
  });
});

describe('an episode of something momentary', () => {
  const fallen = (state: EpisodeState, at: number) =>
    observe(state, fall, { evidence: breach, measuredAt: at, ageMs: 0 }, moment(at));

  test('begins at once, and lasts until somebody acknowledges it', () => {
    let state = fallen(initialState(), 100_000);
    expect(state.episode).toMatchObject({ condition: 'present', active: true });
    state = advance(state, fall, moment(9_000_000));
    expect(state.episode?.condition).toBe('present');
    state = acknowledge(state, fall, someone);
    expect(state.episode).toMatchObject({ condition: 'cleared', clearedAt: 7, active: false, version: 2 });
    expect(advance(state, fall, moment(9_900_000))).toBe(state);
  });

  test('takes a second fall for a new episode only after the first was acknowledged', () => {
    let state = fallen(fallen(initialState(), 100_000), 105_000);
    expect(state.episode).toMatchObject({ episode: 1, version: 1 });
    state = fallen(acknowledge(state, fall, someone), 110_000);
    expect(state.episode).toMatchObject({ episode: 2, condition: 'present' });
  });
});

describe('a condition that is seen to end', () => {
  test('clears at once, and takes its delay with it', () => {
    const absent = (state: EpisodeState, evidence: Evidence, at: number) =>
      observe(state, absence, { evidence, measuredAt: null, ageMs: 0 }, moment(at));
    let state = absent(initialState(), breach, 100_000);
    state = absent(state, over, 109_000);
    expect(advance(state, absence, moment(200_000)).episode).toBeNull();
    state = advance(absent(state, breach, 210_000), absence, moment(220_000));
    expect(state.episode?.condition).toBe('present');
    expect(absent(state, over, 221_000).episode).toMatchObject({ condition: 'cleared', active: false });
  });

  test('counts from when it began, if that is reported later', () => {
    const since = (ageMs: number, state = initialState()) =>
      observe(state, absence, { evidence: breach, measuredAt: null, ageMs }, moment(100_000));
    expect(since(9_999).episode).toBeNull();
    expect(since(10_000).episode).toMatchObject({ condition: 'present' });
    const ended = { ...initialState(), lastEvidenceAt: 95_000 };
    expect(since(10_000, ended).breach?.since).toBe(95_000);
  });
});

describe('clocks, repetitions and order', () => {
  test('a repetition, or evidence that was overtaken, changes nothing', () => {
    const state = feed(initialState(), breach, 100, 110);
    expect(take(state, normal, 110_500, 105_000)).toBe(state);
    expect(take(state, normal, 110_500, 110_000)).toBe(state);
  });

  test('a measuring clock that is set back by an hour loses no running breach, and blocks for a moment only', () => {
    let state = feed(initialState(), breach, 100, 110);
    const back = (second: number) => take(state, breach, second * 1000, (second - 3600) * 1000);
    for (let second = 111; second <= 115; second++) state = back(second);
    expect(state.episode).toMatchObject({ condition: 'present', startedAt: 115_000 + DAY });
    let blocked = 0;
    for (let second = 116; second <= 130; second++) {
      const next = take(state, normal, second * 1000, (second - 7200) * 1000);
      if (next === state) blocked += 1;
      state = next;
    }
    expect(blocked * 1000).toBeLessThanOrEqual(OVERTAKEN_WITHIN_MS);
    expect(state.episode?.condition).toBe('cleared');
  });

  test('a measuring clock that jumps ahead shortens no delay', () => {
    let state = feed(initialState(), breach, 100, 101);
    state = take(state, breach, 102_000, 102_000 + DAY);
    expect(advance(state, rule, moment(114_999)).episode).toBeNull();
  });

  test('the system clock is shown and decides nothing', () => {
    let state = initialState();
    for (let second = 100; second <= 114; second++) {
      const at = second % 2 === 0 ? 0 : second * DAY;
      const observed = { evidence: breach, measuredAt: second * 1000, ageMs: 0 };
      state = observe(state, rule, observed, { steady: second * 1000, at });
    }
    expect(state.episode).toBeNull();
    expect(advance(state, rule, { steady: 115_000, at: 42 }).episode?.startedAt).toBe(42);
  });
});

describe('limits that change', () => {
  test('do not end an episode: the next evidence is judged by the new ones', () => {
    const wider = judgementOf('pulse-high', { ...DEFAULT_ALERT_LIMITS, pulseHigh: 160, delaySeconds: 20 });
    let state = raised();
    expect(advance(state, wider, moment(500_000))).toBe(state);
    for (let second = 116; second <= 126; second++) {
      const evidence: Evidence = { kind: 'normal', value: 141, limit: 160 };
      state = observe(state, wider, { evidence, measuredAt: second * 1000, ageMs: 0 }, moment(second * 1000));
    }
    expect(state.episode).toMatchObject({ condition: 'cleared', active: true });
  });

  test('take a longer delay to running breaches as well', () => {
    const slower = judgementOf('pulse-high', { ...DEFAULT_ALERT_LIMITS, delaySeconds: 20 });
    const state = feed(initialState(), breach, 100, 110);
    expect(advance(state, slower, moment(119_999)).episode).toBeNull();
    expect(advance(state, slower, moment(120_000)).episode).not.toBeNull();
  });
});

describe('silence', () => {
  const pause = { ...someone, until: 120_007 };
  test('is a fact beside condition and acknowledgement', () => {
    const state = silence(raised(), pause);
    expect(state.episode).toMatchObject({
      silence: pause,
      condition: 'present',
      active: true,
      acknowledgement: null,
      version: 2,
      change: { kind: 'silenced', at: 7 },
    });
  });

  test('changes nothing where there is no sound: acknowledged, over, or never begun', () => {
    for (const state of [
      initialState(),
      acknowledge(raised(), rule, someone),
      acknowledge(feed(raised(), normal, 116, 126), rule, someone),
    ]) {
      expect(silence(state, pause)).toBe(state);
    }
  });
});

describe('a patient who moves or is removed', () => {
  test('takes the episode along, or ends it', () => {
    expect(move(raised(), 9).episode).toMatchObject({ active: true, change: { kind: 'moved', at: 9 } });
    expect(end(raised(), 9)).toMatchObject({
      breach: null,
      episode: { active: false, condition: 'present', change: { kind: 'ended', at: 9 } },
    });
    const never = initialState();
    expect(move(never, 9)).toBe(never);
    expect(end(never, 9).episode).toBeNull();
  });
});
