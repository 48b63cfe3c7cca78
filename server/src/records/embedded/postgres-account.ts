import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreStartError } from '../errors.ts';

/** PostgreSQL refuses to run as root: a server that is root runs it as this account. */
const ACCOUNT = 'postgres';

/** Gives a program a user id of its own that stands for root outside (user_namespaces(7)); it is replaced by it. */
const NAMESPACE_COMMAND = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];

/** How PostgreSQL's programs are started: behind a prefix, as an account; neither when this process is not root. */
export type Launch = { prefix: readonly string[]; account: { uid: number; gid: number } | undefined };

/**
 * @param cluster PostgreSQL's data directory, which may not exist yet; one that exists keeps its owner
 * @param programs the programs' paths, which the account must be able to reach
 * @throws StoreStartError when this process is root and no other identity can be found for PostgreSQL
 */
export function postgresLaunch(cluster: string, programs: readonly string[]): Launch {
  if (process.getuid?.() !== 0) return { prefix: [], account: undefined };
  const ownedByRoot = existsSync(cluster) && statSync(cluster).uid === 0;
  const account = ownedByRoot ? undefined : (findAccount() ?? makeAccount());
  const closed = account === undefined ? undefined : closedDirectory([cluster, ...programs], account);
  if (account !== undefined && closed === undefined) return { prefix: [], account };

  // A checkout in root's own home is closed to every other account.
  const [command = '', ...options] = NAMESPACE_COMMAND;
  if (spawnSync(command, [...options, 'true'], { stdio: 'ignore' }).status === 0) {
    return { prefix: NAMESPACE_COMMAND, account: undefined };
  }
  throw new StoreStartError(
    closed === undefined
      ? `PostgreSQL does not run as root, and the account "${ACCOUNT}" could not be made. Make it, or start Haven as another user.`
      : `PostgreSQL does not run as root, and the account "${ACCOUNT}" may not enter ${closed}. Run chmod o+x ${closed}, start Haven as another user, or move Haven to another directory.`,
  );
}

/** The first directory on the way to one of the paths that shuts the account out. */
function closedDirectory(
  paths: readonly string[],
  account: { uid: number; gid: number },
): string | undefined {
  const script = 'for d in "$@"; do [ ! -e "$d" ] || [ -x "$d" ] || { echo "$d"; exit; }; done';
  const directories = [...new Set(paths.flatMap(ancestors))];
  const found = spawnSync('/bin/sh', ['-c', script, 'sh', ...directories], { ...account, cwd: '/' });
  return found.stdout.toString().trim() || undefined;
}

/** From the root down to the parent. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestors(parent), parent];
}

function makeAccount(): { uid: number; gid: number } | undefined {
  spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT],
    { stdio: 'ignore' },
  );
  return findAccount();
}

function findAccount(): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${ACCOUNT}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
