import { describe, expect, test } from '@jest/globals';
import { Debounce } from './debounce.ts';

describe('a debounced fact', () => {
  test('counts after it lasted, and stops counting after it was gone for long enough', () => {
    const fact = new Debounce(1000, 2000);
    expect(fact.update(true, 0)).toBe(false);
    expect(fact.update(true, 999)).toBe(false);
    expect(fact.update(true, 1000)).toBe(true);
    expect(fact.value).toBe(true);
    expect(fact.update(false, 1500)).toBe(false);
    expect(fact.update(false, 3499)).toBe(false);
    expect(fact.update(false, 3500)).toBe(true);
    expect(fact.value).toBe(false);
  });

  test('begins to wait anew after an interruption', () => {
    const fact = new Debounce(1000, 1000);
    fact.update(true, 0);
    fact.update(false, 900);
    fact.update(true, 950);
    expect(fact.update(true, 1900)).toBe(false);
    expect(fact.update(true, 1950)).toBe(true);
  });

  test('counts at once without a delay', () => {
    expect(new Debounce(0, 1000).update(true, 5)).toBe(true);
  });
});
