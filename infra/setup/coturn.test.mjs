import { describe, expect, test } from '@jest/globals';
import { checkCoturn } from './coturn.mjs';
import { packagesOf } from './missing.mjs';

const environment = { PATH: '/nonexistent' };

describe('coturn', () => {
  test('is installed for tests where that starts nothing', () => {
    expect(packagesOf(checkCoturn({ environment }, false))).toEqual(['coturn']);
  });

  test('is not where its package would start a relay that is open to everybody', () => {
    expect(checkCoturn({ environment }, true)).toEqual([]);
  });
});
