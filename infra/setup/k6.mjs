import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { executableFrom, isExecutable } from './executables.mjs';
import { ensureGo } from './go.mjs';
import { withLock } from './lock-file.mjs';
import { runCommand } from './run-command.mjs';
import { fileSystemError, messageOf, SetupError } from './setup-error.mjs';

/** Of the module below; `@types/k6` in package.json follows it. */
export const K6_VERSION = '1.8.1';
const MODULE = 'go.k6.io/k6';
/** 110 s of two cores with the downloads; ten times that is a machine that swaps, or a network that is silent. */
const BUILD_LIMIT_SECONDS = 1_200;
/** The largest package takes 40 s to compile, and the linker 10 s. */
const SILENCE_LIMIT_SECONDS = 600;
/** Another checkout may be building the same. */
const LOCK_LIMIT_SECONDS = 1_500;
const QUESTION_LIMIT_SECONDS = 10;

/** @param {import('./context.mjs').Context} context */
function cachedK6({ cacheDirectory, platform }) {
  const directory = join(cacheDirectory, 'k6', `${K6_VERSION}-${platform.os}-${platform.arch}`);
  return { directory, binary: join(directory, 'k6') };
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkK6(context) {
  if (executableFrom('K6_PATH', context.environment) !== undefined) return [];
  if (isExecutable(cachedK6(context).binary)) return [];
  return [
    {
      what: `k6 ${K6_VERSION}`,
      why: 'the load tests run in it: it is built with Go from the module proxy',
      packages: [],
      instead: 'K6_PATH=/path/to/k6 names one that you have.',
    },
  ];
}

/**
 * Finds or builds k6. What cannot be had here keeps nothing else from running: only the load tests fail then, with the
 * reason.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<{ value: string | undefined, note: string }>} the executable's path
 */
export async function ensureK6(context, progress) {
  const given = executableFrom('K6_PATH', context.environment);
  if (given !== undefined) return { value: given, note: 'given by K6_PATH' };
  const { directory, binary } = cachedK6(context);
  if (isExecutable(binary)) return { value: binary, note: `${K6_VERSION}, cached` };
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return await withLock(
      join(directory, 'making.lock'),
      {
        limitSeconds: LOCK_LIMIT_SECONDS,
        onWait: (holder) => progress(`waiting for process ${holder}, which is building it`),
      },
      async () => {
        if (!isExecutable(binary)) await build(context, { directory, binary }, progress);
        return { value: binary, note: `${K6_VERSION}, built` };
      },
    );
  } catch (error) {
    const reason = messageOf(error).split('\n')[0];
    return {
      value: undefined,
      note: `none, load tests cannot run (${reason}); K6_PATH names one of your own`,
    };
  }
}

/**
 * Builds in a folder beside the final one and moves the binary there when it works.
 *
 * @param {import('./context.mjs').Context} context
 * @param {{ directory: string, binary: string }} target
 * @param {import('./steps.mjs').Progress} progress
 */
async function build(context, { directory, binary }, progress) {
  const scratch = mkdtempSync(join(directory, 'making-'));
  try {
    const go = await ensureGo(context, scratch, progress);
    let downloads = 0;
    await runCommand(go, ['install', `${MODULE}@v${K6_VERSION}`], {
      cwd: scratch,
      env: { ...context.environment, GOBIN: scratch, GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
      limitSeconds: BUILD_LIMIT_SECONDS,
      silenceSeconds: SILENCE_LIMIT_SECONDS,
      onLine: (line) => {
        if (line.includes('downloading')) downloads += 1;
        progress(`${downloads} modules downloaded`);
      },
    });
    const made = join(scratch, 'k6');
    const version = await runCommand(made, ['version'], { limitSeconds: QUESTION_LIMIT_SECONDS });
    if (!version.includes(K6_VERSION)) throw new SetupError(`What was built is not k6 ${K6_VERSION}.`);
    renameSync(made, binary);
  } catch (error) {
    throw error instanceof SetupError ? error : fileSystemError(error, `writing ${binary}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
