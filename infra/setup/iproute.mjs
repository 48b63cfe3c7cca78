import { findOnPath } from './executables.mjs';

/**
 * Only tests need it, and of them only those that root may run.
 *
 * @param {{ platform: { root: boolean }, environment: NodeJS.ProcessEnv }} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkIproute({ platform, environment }) {
  if (!platform.root || findOnPath(['ip'], environment) !== undefined) return [];
  return [
    {
      what: 'ip',
      why: 'tests pull the cable of a server with it',
      packages: ['iproute2'],
      instead: 'Without it those tests are skipped.',
    },
  ];
}
