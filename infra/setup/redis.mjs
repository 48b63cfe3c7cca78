import { findOnPath } from './executables.mjs';

/**
 * Only tests need it: a server that is given no REDIS_URL works without.
 *
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkRedis({ environment }) {
  if (findOnPath(['redis-server'], environment) !== undefined) return [];
  return [
    {
      what: 'Redis',
      why: 'tests share a cache through it, and kill it',
      packages: ['redis-server'],
      instead: 'Without it those tests are skipped.',
    },
  ];
}
