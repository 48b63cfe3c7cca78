import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checksum } from './checksum.mjs';
import { readLockfile } from './npm-packages.mjs';
import { CommandError, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** main.cpp exits with this code when mediasoup did not start it: the binary and its libraries load. */
const NOT_STARTED_BY_MEDIASOUP = 41;
const BUILD_FILES = 'infra/mediasoup-worker';

/**
 * @typedef {object} WorkerIdentity
 * @property {string} version mediasoup's
 * @property {string} sources checksum of mediasoup's package, as in the lockfile
 * @property {string} buildFiles checksum of our build files
 * @property {import('./platform.mjs').Platform} platform
 */

/**
 * A name that changes whenever another binary would come out of the build.
 *
 * @param {WorkerIdentity} identity
 */
export function workerCacheKey({ version, sources, buildFiles, platform }) {
  // The distribution counts, because the binary is linked against its libraries.
  const system = [platform.os, platform.arch, platform.distribution, platform.libc].join('-');
  const digest = createHash('sha256')
    .update(JSON.stringify([sources, buildFiles]))
    .digest('hex');
  return `${version}-${system}-${digest.slice(0, 16)}`;
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {{ version: string, directory: string, binary: string }}
 */
export function cachedWorker({ root, cacheDirectory, platform }) {
  const locked = readLockfile(root).packages['node_modules/mediasoup'];
  if (locked?.version === undefined || locked.integrity === undefined) {
    throw new SetupError(
      'package-lock.json does not lock mediasoup: get the file from the repository again.',
    );
  }
  const key = workerCacheKey({
    version: locked.version,
    sources: locked.integrity,
    buildFiles: checksum(root, [BUILD_FILES]),
    platform,
  });
  const directory = join(cacheDirectory, 'mediasoup-worker', key);
  return { version: locked.version, directory, binary: join(directory, 'mediasoup-worker') };
}

/**
 * @param {string} binary
 * @returns {Promise<string | undefined>} why it does not work here, undefined when it does
 */
export async function workerFault(binary) {
  try {
    // Without MEDIASOUP_VERSION in its environment it only says so and exits.
    await runCommand(binary, [], { env: {}, limitSeconds: 10 });
    return 'it exited with code 0 and is not mediasoup-worker';
  } catch (error) {
    if (error instanceof CommandError) {
      return error.exitCode === NOT_STARTED_BY_MEDIASOUP ? undefined : error.message;
    }
    throw error;
  }
}
