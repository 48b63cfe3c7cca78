import { describe, expect, test } from '@jest/globals';
import { acknowledge, advance, initialState, observe, type EpisodeState } from './episode.ts';
import { RULES, type Evidence } from './rules.ts';

const rule = RULES['pulse-high'];
const breach: Evidence = { kind: 'breach', value: 141, limit: 130 };
const between: Evidence = { kind: 'between', value: 128, limit: 130 };
const normal: Evidence = { kind: 'normal', value: 90, limit: 130 };
const someone = { userId: '4b7f7a4e-7b57-4b3c-9f4b-7a4f3a5a0f11', userName: 'Somebody', at: 0 };

/** Feeds one piece of evidence a second, from `from` up to and including `to` (s). */
function feed(state: EpisodeState, evidence: Evidence, from: number, to: number): EpisodeState {
  for (let second = from; second <= to; second++) state = observe(state, rule, evidence, second * 1000);
  return state;
}

describe('an episode', () => {
  test('begins when the breach has lasted for the delay, not before', () => {
    expect(feed(initialState(), breach, 100, 114).episode).toBeNull();
    expect(feed(initialState(), breach, 100, 115).episode).toMatchObject({
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
    expect(advance(state, rule, 114_999).episode).toBeNull();
    expect(advance(state, rule, 115_000).episode).toMatchObject({ condition: 'present' });
  });

  test('is not cleared by missing data, however long', () => {
    const state = feed(initialState(), breach, 100, 115);
    expect(advance(state, rule, 100_000_000).episode).toEqual(state.episode);
  });

  test('is not cleared by values just inside the limit', () => {
    const state = feed(feed(initialState(), breach, 100, 115), between, 116, 200);
    expect(state.episode?.condition).toBe('present');
  });

  test('clears after ten seconds of normal values, and stays on screen until acknowledged', () => {
    let state = feed(feed(initialState(), breach, 100, 115), normal, 116, 125);
    expect(state.episode?.condition).toBe('present');
    state = feed(state, normal, 126, 126);
    expect(state.episode).toMatchObject({ condition: 'cleared', active: true, clearedAt: 126_000 });
    expect(acknowledge(state, someone).episode).toMatchObject({ active: false, acknowledgement: someone });
  });

  test('does not count a gap in the data as a return to normal', () => {
    let state = feed(feed(initialState(), breach, 100, 115), normal, 116, 118);
    state = observe(state, rule, normal, 140_000);
    expect(state.episode?.condition).toBe('present');
  });

  test('that is acknowledged while present ends when its condition clears', () => {
    let state = acknowledge(feed(initialState(), breach, 100, 115), someone);
    expect(state.episode).toMatchObject({ active: true, condition: 'present' });
    state = feed(state, normal, 116, 126);
    expect(state.episode).toMatchObject({ active: false, condition: 'cleared' });
  });

  test('goes on when the breach returns before anybody acknowledged it', () => {
    let state = feed(feed(initialState(), breach, 100, 115), normal, 116, 126);
    state = feed(state, breach, 127, 142);
    expect(state.episode).toMatchObject({ episode: 1, condition: 'present', clearedAt: null });
  });

  test('is followed by one with the next number', () => {
    let state = acknowledge(feed(feed(initialState(), breach, 100, 115), normal, 116, 126), someone);
    state = feed(state, breach, 127, 142);
    expect(state.episode).toMatchObject({ episode: 2, acknowledgement: null, active: true });
  });

  test('ignores evidence that arrives after newer evidence', () => {
    const state = feed(initialState(), breach, 100, 110);
    expect(observe(state, rule, normal, 105_000)).toBe(state);
  });

  test('keeps its first acknowledgement', () => {
    const state = acknowledge(feed(initialState(), breach, 100, 115), someone);
    expect(acknowledge(state, { ...someone, userName: 'Somebody else' })).toBe(state);
  });

  test('raises its version by one with each change', () => {
    let state = feed(initialState(), breach, 100, 115);
    expect(state.episode?.version).toBe(1);
    state = acknowledge(state, someone);
    expect(state.episode?.version).toBe(2);
    expect(feed(state, normal, 116, 126).episode?.version).toBe(3);
  });
});
