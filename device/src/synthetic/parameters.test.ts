import { describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { parseSyntheticParameters } from './parameters.ts';

function refusal(text: string): HavenError {
  try {
    parseSyntheticParameters(text);
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

describe('parameters of a synthetic patient', () => {
  test('have defaults for all that is not said', () => {
    expect(parseSyntheticParameters('')).toMatchObject({
      seed: 1,
      tone: 5,
      light: 'office',
      pulse: [{ at: 0, value: 72 }],
      breathing: [{ at: 0, value: 14 }],
      noise: [{ at: 0, value: 1.5 }],
      motion: [{ at: 0, value: 'still' }],
      covered: [{ at: 0, value: false }],
      face: 0.5,
      rampSeconds: 10,
      flickerDepth: [{ at: 0, value: 0.01 }],
      autoExposure: false,
      visitor: [{ at: 0, value: false }],
    });
  });

  test('may change over time, in any order', () => {
    const { pulse, covered, motion } = parseSyntheticParameters(
      'hr@60=141, hr=96,cover@30=1,cover@40=0,motion@12.5=turn',
    );
    expect(pulse).toEqual([
      { at: 0, value: 96 },
      { at: 60, value: 141 },
    ]);
    expect(covered).toEqual([
      { at: 0, value: false },
      { at: 30, value: true },
      { at: 40, value: false },
    ]);
    expect(motion.at(-1)).toEqual({ at: 12.5, value: 'turn' });
  });

  test.each([
    ['light', 2],
    ['medium', 5],
    ['dark', 8],
    ['monk1', 1],
    ['monk10', 10],
  ])('know the skin tone %s', (name, tone) => {
    expect(parseSyntheticParameters(`tone=${name}`).tone).toBe(tone);
  });

  test('give darker skin a smaller pulse unless one is asked for', () => {
    const amplitudes = ['tone=monk1', 'tone=monk10', 'tone=monk10,amplitude=0.004'].map(
      (text) => parseSyntheticParameters(text).amplitude[0].value,
    );
    expect(amplitudes[0]).toBeCloseTo(0.006);
    expect(amplitudes[1]).toBeCloseTo(0.002);
    expect(amplitudes[2]).toBe(0.004);
  });

  test.each([
    ['hr=abc', 'Synthetic parameter "hr" must be a number from 30 to 220, not "abc".'],
    ['hr=', 'Synthetic parameter "hr" must be a number from 30 to 220, not "".'],
    ['hr=300', 'Synthetic parameter "hr" must be a number from 30 to 220, not "300".'],
    ['rr=3', 'Synthetic parameter "rr" must be a number from 4 to 60, not "3".'],
    ['hr@x=90', 'Synthetic parameter "hr@" must be a number from 0 to 86400, not "x".'],
    [
      'tone=monk11',
      'Synthetic parameter "tone" must be light, medium, dark or monk1 to monk10, not "monk11".',
    ],
    ['light=moon', 'Synthetic parameter "light" must be one of office, side, dim, not "moon".'],
    [
      'motion=dance',
      'Synthetic parameter "motion" must be one of none, still, sway, turn, talk, not "dance".',
    ],
    ['face=0.9', 'Synthetic parameter "face" must be a number from 0.08 to 0.6, not "0.9".'],
    ['face@5=0.2', 'Synthetic parameter "face" cannot change over time.'],
    ['ramp=0', 'Synthetic parameter "ramp" must be a number from 0.1 to 60, not "0".'],
    ['flickerdepth=1', 'Synthetic parameter "flickerdepth" must be a number from 0 to 0.3, not "1".'],
    ['autoexposure=on', 'Synthetic parameter "autoexposure" must be one of 0, 1, not "on".'],
    ['visitor=nurse', 'Synthetic parameter "visitor" must be one of 0, 1, not "nurse".'],
    ['visitorhr=10', 'Synthetic parameter "visitorhr" must be a number from 30 to 220, not "10".'],
    ['cover=yes', 'Synthetic parameter "cover" must be one of 0, 1, not "yes".'],
    ['seed=1.5', 'Synthetic parameter "seed" must be a whole number, not "1.5".'],
    ['tone@5=dark', 'Synthetic parameter "tone" cannot change over time.'],
    ['hr=60,hr=70', 'Synthetic parameter "hr" is given twice for second 0.'],
    ['hr', 'Synthetic parameters are "key=value" or "key@SECONDS=value" with commas between, not "hr".'],
  ])('refuse %s with a sentence that says what is wrong', (text, sentence) => {
    const error = refusal(text);
    expect(error.message).toBe(sentence);
    expect(error.code).toBe('INVALID_REQUEST');
  });

  test('refuse a text beyond any use', () => {
    expect(refusal(`hr=${'1'.repeat(3000)}`).message).toBe(
      'Synthetic parameters are at most 2000 characters long.',
    );
  });

  test('refuse an unknown name and list the known ones', () => {
    expect(refusal('pulse=70').message).toMatch(
      /^There is no synthetic parameter "pulse"\. There are .*hr.*\.$/,
    );
  });
});
