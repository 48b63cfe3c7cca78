import { existsSync } from 'node:fs';
import { findOnPath } from './executables.mjs';

/** Its presence tells that systemd runs the machine (sd_booted(3)). */
const SYSTEMD = '/run/systemd/system';

/**
 * Only tests need it: a server that is told of no TURN server works without. Where systemd runs, Debian's package
 * would start a relay that is open to everybody: there it is left to a person to install it, its service masked.
 *
 * @param {Pick<import('./context.mjs').Context, 'environment'>} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkCoturn({ environment }, systemd = existsSync(SYSTEMD)) {
  if (systemd || findOnPath(['turnserver'], environment) !== undefined) return [];
  return [
    {
      what: 'coturn',
      why: 'tests relay media through it',
      packages: ['coturn'],
      instead: 'Without it those tests are skipped.',
    },
  ];
}
