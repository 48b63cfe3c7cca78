import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksum } from './checksum.mjs';
import { runCommand } from './run-command.mjs';
import { fileSystemError } from './setup-error.mjs';

const BUILD_LIMIT_SECONDS = 300;
/** Inside the build's output, so that deleting the one deletes the other. */
const CHECKSUM_FILE = 'web/dist/.build-checksum';
const SOURCES = ['web', 'protocol', 'package-lock.json'];

/** @param {import('./context.mjs').Context} context */
function state({ root }) {
  const path = join(root, CHECKSUM_FILE);
  const current = checksum(root, SOURCES);
  return { path, current, upToDate: existsSync(path) && readFileSync(path, 'utf8') === current };
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkWeb(context) {
  if (state(context).upToDate) return [];
  return [{ what: 'the web pages', why: 'built from web/ for the browser', packages: [] }];
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {string} node the executable that runs Vite
 * @param {import('./steps.mjs').Progress} progress
 */
export async function ensureWeb(context, node, progress) {
  const { root, environment } = context;
  const { path, current, upToDate } = state(context);
  if (upToDate) return { value: undefined, note: 'built' };
  progress('building');
  await runCommand(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'web'),
    // NODE_ENV=development or test would build React's slow variant.
    env: { ...environment, NODE_ENV: 'production' },
    limitSeconds: BUILD_LIMIT_SECONDS,
  });
  try {
    writeFileSync(path, current);
  } catch (error) {
    throw fileSystemError(error, `writing ${path}`);
  }
  return { value: undefined, note: 'built anew' };
}
