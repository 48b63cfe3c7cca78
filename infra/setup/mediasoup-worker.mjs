import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './apt.mjs';
import { executableFrom, isExecutable } from './executables.mjs';
import { withLock } from './lock-file.mjs';
import { describeMissing, packagesOf } from './missing.mjs';
import { SetupError, fileSystemError } from './setup-error.mjs';
import { checkSystem } from './system-packages.mjs';
import { buildWorker, checkBuildTools } from './worker-build.mjs';
import { cachedWorker, workerFault } from './worker-cache.mjs';
import { downloadWorker } from './worker-download.mjs';

/** Another checkout may be building the same worker: as long as a build may take. */
const LOCK_LIMIT_SECONDS = 3_600;

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<import('./missing.mjs').Missing[]>}
 */
export async function checkWorker(context) {
  const { environment } = context;
  if (executableFrom('MEDIASOUP_WORKER_BIN', environment) !== undefined) return [];
  if (isExecutable(cachedWorker(context).binary)) return [];
  return [
    {
      what: 'mediasoup-worker',
      why: "the SFU's media process: it is built, or downloaded where that is not possible",
      packages: [],
      instead: 'MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker names one of your own.',
    },
    ...(await checkBuildTools(environment)),
  ];
}

/**
 * Finds or builds the media process; downloads the ready-made one, which lacks the corrections of its build files, where
 * the tools to build it cannot be had.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<{ value: string, note: string }>} the binary's path
 */
export async function ensureWorker(context, progress) {
  const given = executableFrom('MEDIASOUP_WORKER_BIN', context.environment);
  if (given !== undefined) {
    const fault = await workerFault(given);
    if (fault !== undefined) throw new SetupError(`MEDIASOUP_WORKER_BIN=${given} does not work: ${fault}`);
    return { value: given, note: 'given by MEDIASOUP_WORKER_BIN' };
  }

  const { version, directory, binary } = cachedWorker(context);
  if (await works(binary)) return { value: binary, note: `${version}, cached` };

  prepareCache(directory);
  return withLock(
    join(directory, 'making.lock'),
    {
      limitSeconds: LOCK_LIMIT_SECONDS,
      onWait: (holder) => progress(`waiting for process ${holder}, which is making it`),
    },
    async () => {
      if (await works(binary)) return { value: binary, note: `${version}, cached` };
      const how = await makeWorker(context, { version, directory, binary }, progress);
      return { value: binary, note: `${version}, ${how}` };
    },
  );
}

/** @param {string} binary */
async function works(binary) {
  return isExecutable(binary) && (await workerFault(binary)) === undefined;
}

/**
 * Makes the binary in a folder beside its final one and moves it there when it works.
 *
 * @param {import('./context.mjs').Context} context
 * @param {{ version: string, directory: string, binary: string }} target
 * @param {import('./steps.mjs').Progress} progress
 */
async function makeWorker(context, { version, directory, binary }, progress) {
  const { root, environment, platform } = context;
  const scratch = mkdtempSync(join(directory, 'making-'));
  try {
    const lacking = await ensureBuildTools(context, progress);
    if (lacking.length > 0) {
      await download(context, { version, directory: scratch, environment, platform }, lacking, progress);
      keep(join(scratch, 'mediasoup-worker'), binary);
      return 'downloaded, since it could not be built: without the corrections of infra/mediasoup-worker';
    }
    const built = await buildWorker({ root, directory: scratch, environment }, progress);
    const fault = await workerFault(built);
    if (fault !== undefined) throw new SetupError(`mediasoup-worker was built and does not run: ${fault}`);
    keep(built, binary);
    return 'built';
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {Parameters<typeof downloadWorker>[0]} options
 * @param {readonly import('./missing.mjs').Missing[]} lacking what the build would need
 * @param {import('./steps.mjs').Progress} progress
 * @throws {SetupError} when there is none that runs here
 */
async function download(context, options, lacking, progress) {
  const { environment, platform } = context;
  const refusal = environment.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD
    ? 'MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set'
    : await tryDownload(options, progress);
  if (refusal === undefined) return;
  throw new SetupError(
    [
      `mediasoup-worker could not be downloaded (${refusal}), and the tools to build it are not all there.`,
      'MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker names one that you have.',
      describeMissing([...checkSystem(context), ...lacking], platform),
    ].join('\n'),
  );
}

/**
 * @param {Parameters<typeof downloadWorker>[0]} options
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<string | undefined>} why it could not be had
 */
async function tryDownload(options, progress) {
  progress('downloading');
  const refusal = await downloadWorker(options);
  if (refusal !== undefined) return refusal;
  const binary = join(options.directory, 'mediasoup-worker');
  chmodSync(binary, 0o755);
  const fault = await workerFault(binary);
  return fault === undefined ? undefined : `the downloaded one does not run here (${fault.split('\n')[0]})`;
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<readonly import('./missing.mjs').Missing[]>} what is missing and cannot be installed from here
 */
async function ensureBuildTools({ environment, platform }, progress) {
  const missing = await checkBuildTools(environment);
  if (missing.length === 0) return [];
  if (!platform.debianLike || !platform.root) return missing;
  await installPackages(packagesOf(missing), environment, progress);
  return [];
}

/** @param {string} directory will hold the binary */
function prepareCache(directory) {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { message } = fileSystemError(error, `making the folder ${directory}`);
    throw new SetupError(`${message} HAVEN_CACHE_DIR names another place for it.`, { cause: error });
  }
}

/** @param {string} made @param {string} binary */
function keep(made, binary) {
  try {
    renameSync(made, binary);
  } catch (error) {
    throw fileSystemError(error, `writing ${binary}`);
  }
}
