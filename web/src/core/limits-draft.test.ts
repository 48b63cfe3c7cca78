import { describe, expect, test } from '@jest/globals';
import { alertLimitsSchema, DEFAULT_ALERT_LIMITS } from '@haven/protocol';
import { draftOf, limitsWords, readDraft, type LimitsDraft } from './limits-draft.ts';

const draft = draftOf(DEFAULT_ALERT_LIMITS);

describe('limits as they are typed', () => {
  test('are what they were when nothing is changed', () => {
    expect(readDraft(draft)).toEqual({ limits: DEFAULT_ALERT_LIMITS, problems: null });
  });

  test.each<[string, Partial<LimitsDraft>, string, RegExp]>([
    ['low above high', { pulseLow: '140', pulseHigh: '120' }, 'pulseHigh', /at least 20 above/],
    ['low and high too near', { breathingLow: '18' }, 'breathingHigh', /at least 8 above/],
    ['below what is measured', { pulseLow: '20' }, 'pulseLow', /from 36 to 200/],
    ['above what is measured', { breathingHigh: '60' }, 'breathingHigh', /from 6 to 40/],
    ['a fraction', { pulseHigh: '130.5' }, 'pulseHigh', /whole number/],
    ['a word', { pulseHigh: 'high' }, 'pulseHigh', /whole number/],
    ['nothing', { pulseHigh: ' ' }, 'pulseHigh', /number is needed/],
    ['a long delay', { delaySeconds: '60' }, 'delaySeconds', /15 to 20/],
    ['a small change', { pulseChange: '3' }, 'pulseChange', /15 to 100/],
  ])('%s is told at its field', (_name, change, field, sentence) => {
    const { limits, problems } = readDraft({ ...draft, ...change });
    expect(limits).toBeNull();
    expect(Object.entries(problems ?? {})).toEqual([[field, expect.stringMatching(sentence)]]);
  });

  test('an empty change and rules that are not ticked are off', () => {
    const { limits } = readDraft({ ...draft, pulseChange: '', on: new Set(['absent']) });
    expect(limits).toMatchObject({ pulseChange: null, off: ['bed-exit', 'restless'] });
    expect(alertLimitsSchema.safeParse(limits).success).toBe(true);
  });
});

test('limits are summed up in a line', () => {
  expect(limitsWords(DEFAULT_ALERT_LIMITS)).toBe('Pulse 50–130, breathing 8–24 a minute');
});
