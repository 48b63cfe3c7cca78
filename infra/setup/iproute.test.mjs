import { describe, expect, test } from '@jest/globals';
import { checkIproute } from './iproute.mjs';
import { packagesOf } from './missing.mjs';

/** @param {boolean} root */
const context = (root, path = '/nowhere') => ({ platform: { root }, environment: { PATH: path } });

describe('ip', () => {
  test('is installed for tests of root, who alone may make networks', () => {
    expect(packagesOf(checkIproute(context(true)))).toEqual(['iproute2']);
    expect(checkIproute(context(false))).toEqual([]);
  });
});
