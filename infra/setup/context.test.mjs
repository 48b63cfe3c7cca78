import { describe, expect, test } from '@jest/globals';
import { cacheDirectory } from './context.mjs';

describe('The cache', () => {
  test.each([
    ['in the home folder', {}, '/home/kim/.cache/haven'],
    ['where the desktop keeps its caches', { XDG_CACHE_HOME: '/var/cache/kim' }, '/var/cache/kim/haven'],
    [
      'in the home folder when the desktop names a relative one',
      { XDG_CACHE_HOME: 'kim' },
      '/home/kim/.cache/haven',
    ],
    ['where HAVEN_CACHE_DIR says', { HAVEN_CACHE_DIR: '/srv/haven', XDG_CACHE_HOME: '/x' }, '/srv/haven'],
  ])('lies %s', (_, environment, path) => {
    expect(cacheDirectory(environment, '/home/kim')).toBe(path);
  });
});
