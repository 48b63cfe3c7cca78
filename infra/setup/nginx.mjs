import { existsSync } from 'node:fs';

/** Debian's packages put it where only root's path leads. */
const PROGRAM = '/usr/sbin/nginx';
/** Its presence tells that systemd runs the machine (sd_booted(3)). */
const SYSTEMD = '/run/systemd/system';

/**
 * Only tests need it: which balancer stands before several nodes is the operator's choice. Where systemd runs, Debian's
 * package would start a web server for everybody: there it is left to a person to install it.
 *
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkNginx(systemd = existsSync(SYSTEMD), installed = existsSync(PROGRAM)) {
  if (systemd || installed) return [];
  return [
    {
      what: 'nginx',
      why: 'tests balance two servers with it',
      packages: ['nginx-light'],
      instead: 'Without it those tests are skipped.',
    },
  ];
}
