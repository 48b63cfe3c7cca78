import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { detectPlatform } from './platform.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * What every step of the set-up needs to know.
 *
 * @typedef {object} Context
 * @property {string} root the checkout
 * @property {string} cacheDirectory keeps what is expensive to make, outside the checkout
 * @property {NodeJS.ProcessEnv} environment
 * @property {import('./platform.mjs').Platform} platform
 * @property {boolean} forTests also what only the tests need
 * @property {boolean} checkOnly change nothing, list what is missing
 */

/**
 * @param {{ forTests: boolean }} options
 * @returns {Context}
 * @throws {SetupError} when HAVEN_SETUP is set to something else than install or check
 */
export function createContext({ forTests }) {
  const environment = process.env;
  const mode = environment.HAVEN_SETUP || 'install';
  if (mode !== 'install' && mode !== 'check') {
    throw new SetupError(`HAVEN_SETUP=${mode} is unknown: use install (the default) or check.`);
  }
  return {
    root: resolve(import.meta.dirname, '../..'),
    cacheDirectory: cacheDirectory(environment, homedir()),
    environment,
    platform: detectPlatform(),
    forTests,
    checkOnly: mode === 'check',
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} home
 */
export function cacheDirectory(environment, home) {
  if (environment.HAVEN_CACHE_DIR) return resolve(environment.HAVEN_CACHE_DIR);
  // The XDG Base Directory Specification says that a relative path is to be ignored.
  const base = environment.XDG_CACHE_HOME?.startsWith('/')
    ? environment.XDG_CACHE_HOME
    : join(home, '.cache');
  return join(base, 'haven');
}
