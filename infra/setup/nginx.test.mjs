import { describe, expect, test } from '@jest/globals';
import { packagesOf } from './missing.mjs';
import { checkNginx } from './nginx.mjs';

describe('nginx', () => {
  test('is installed for tests where that starts nothing', () => {
    expect(packagesOf(checkNginx(false, false))).toEqual(['nginx-light']);
  });

  test('is not where its package would start a web server, nor twice', () => {
    expect([checkNginx(true, false), checkNginx(false, true)]).toEqual([[], []]);
  });
});
