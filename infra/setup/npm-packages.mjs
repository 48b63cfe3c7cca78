import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, runCommand } from './run-command.mjs';
import { SetupError, fileSystemError, messageOf } from './setup-error.mjs';

/** 500 packages take half a minute on a good network; this is for a very slow one. */
const INSTALL_LIMIT_SECONDS = 1_200;
/** npm reports each package it fetches; its own limit on one request, two retries included, is shorter. */
const SILENCE_LIMIT_SECONDS = 240;
const REQUEST_LIMIT_MS = 60_000;

/**
 * The parts used of npm's package-lock.json, version 3, and of the one it keeps in node_modules.
 *
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, resolved?: string }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Compares what the lockfile asks for with what npm wrote down after its last complete installation; an
 * interrupted one leaves nothing written down.
 *
 * @param {Lockfile} wanted
 * @param {Lockfile} installed
 * @param {(path: string) => boolean} exists whether a path inside the checkout exists
 * @returns {string[]} paths inside the checkout
 */
export function missingPackages(wanted, installed, exists) {
  return Object.entries(wanted.packages)
    .filter(([path]) => path.includes('node_modules/'))
    .filter(([path, { version, integrity, optional }]) => {
      const found = installed.packages[path];
      // An optional package may be for another platform; the step that needs one of this platform looks itself.
      if (found === undefined) return optional !== true;
      return found.version !== version || found.integrity !== integrity || !exists(path);
    })
    .map(([path]) => path);
}

/** @param {import('./context.mjs').Context} context @returns {string[]} */
export function findMissingPackages({ root }) {
  const installed = join(root, 'node_modules/.package-lock.json');
  return missingPackages(
    readLockfile(root),
    existsSync(installed) ? JSON.parse(readFileSync(installed, 'utf8')) : { packages: {} },
    (path) => existsSync(join(root, path)),
  );
}

/** @param {string} root @returns {Lockfile} */
export function readLockfile(root) {
  const path = join(root, 'package-lock.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fileSystemError(error, `reading ${path}`);
  }
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkPackages(context) {
  const count = findMissingPackages(context).length;
  if (count === 0) return [];
  return [{ what: `${count} npm packages`, why: 'the libraries that Haven is built on', packages: [] }];
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 */
export async function ensurePackages(context, progress) {
  const { root, environment } = context;
  const missing = findMissingPackages(context);
  if (missing.length === 0) return { value: undefined, note: 'complete' };

  progress(`${missing.length} to install`);
  let fetched = 0;
  const npm = npmCommand(environment);
  try {
    await runCommand(
      npm.command,
      [
        ...npm.args,
        'ci',
        '--no-audit',
        '--no-fund',
        '--loglevel=http',
        `--fetch-timeout=${REQUEST_LIMIT_MS}`,
        '--fetch-retries=2',
      ],
      {
        cwd: root,
        env: environment,
        limitSeconds: INSTALL_LIMIT_SECONDS,
        silenceSeconds: SILENCE_LIMIT_SECONDS,
        onLine: (line) => {
          if (!isFetchedPackage(line)) return;
          fetched += 1;
          progress(`${Math.min(fetched, missing.length)} of ${missing.length} fetched`);
        },
      },
    );
  } catch (error) {
    throw new SetupError(explainNpm(error), { cause: error });
  }
  const left = findMissingPackages(context);
  if (left.length > 0)
    throw new SetupError(`npm ci ended, and these packages are not there: ${left.join(', ')}.`);
  return { value: undefined, note: `${missing.length} installed` };
}

/** @param {string} line of npm's log @returns {boolean} whether it tells of a package, not of what is known about one */
export function isFetchedPackage(line) {
  return /^npm http .*\.tgz\b/.test(line);
}

/**
 * The npm that runs this script where one does, so that one lockfile is read by one npm.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
function npmCommand(environment) {
  const script = environment.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return { command: process.execPath, args: [script] };
  return { command: 'npm', args: [] };
}

/** @param {unknown} error @returns {string} */
export function explainNpm(error) {
  const lines = error instanceof CommandError ? error.tail : [];
  const text = lines.join('\n');
  // npm's warnings about Node's version are meant for the Node that runs npm, not the one that runs Haven.
  const detail = lines.filter((line) => !/^npm (warn|http|notice)/.test(line)).map((line) => `    ${line}`);
  if (/npm help ci/.test(text)) {
    // What follows there is npm's manual page.
    return 'npm ci failed: package-lock.json does not agree with the package.json files. Get both from the repository again; after a change of dependencies, run npm install and commit the lockfile.';
  }
  const summary = /ENOSPC|no space left/.test(text)
    ? 'npm ci failed: the disk is full. Free some space (Haven needs about 2 GB) and start again.'
    : /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(text)
      ? 'npm ci failed: the package registry cannot be reached. Check the network, the proxy (npm config get proxy) and the registry (npm config get registry), then start again.'
      : /EACCES|EPERM/.test(text)
        ? 'npm ci failed: a folder is not writable by this user (the checkout, or the npm cache: npm config get cache).'
        : `npm ci failed: ${messageOf(error).split('\n')[0]}`;
  return [summary, ...detail].join('\n');
}
