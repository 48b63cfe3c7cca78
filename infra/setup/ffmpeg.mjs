import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { executableFrom, findOnPath, isExecutable } from './executables.mjs';
import { describeMissing } from './missing.mjs';
import { runCommand, succeeds } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** The package's own installer fetches 30 MB from GitHub, with a limit of 30 s on an answer. */
const DOWNLOAD_LIMIT_SECONDS = 60;

/** @type {import('./missing.mjs').Missing} */
const MISSING = {
  what: 'ffmpeg',
  why: 'decodes the video that is analysed and encodes what devices send',
  packages: ['ffmpeg'],
  instead: 'FFMPEG_PATH=/path/to/ffmpeg names one that you have.',
};

/** @param {string} root */
function staticBinary(root) {
  return join(root, 'node_modules/ffmpeg-static/ffmpeg');
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {{ path: string, note: string } | undefined}
 */
function findFfmpeg({ root, environment }) {
  const given = executableFrom('FFMPEG_PATH', environment);
  if (given !== undefined) return { path: given, note: 'given by FFMPEG_PATH' };
  if (isExecutable(staticBinary(root))) return { path: staticBinary(root), note: 'from ffmpeg-static' };
  const found = findOnPath(['ffmpeg'], environment);
  return found === undefined ? undefined : { path: found, note: found };
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkFfmpeg(context) {
  return findFfmpeg(context) === undefined ? [MISSING] : [];
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<{ value: string, note: string }>} the executable's path
 */
export async function ensureFfmpeg(context, progress) {
  const found = findFfmpeg(context) ?? (await downloadFfmpeg(context, progress));
  if (found === undefined) throw new SetupError(describeMissing([MISSING], context.platform));
  return { value: found.path, note: found.note };
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Progress} progress
 */
async function downloadFfmpeg({ root, environment }, progress) {
  const directory = join(root, 'node_modules/ffmpeg-static');
  if (!existsSync(directory)) return undefined;
  progress('downloading ffmpeg-static');
  try {
    await runCommand(process.execPath, ['install.js'], {
      cwd: directory,
      env: environment,
      limitSeconds: DOWNLOAD_LIMIT_SECONDS,
    });
  } catch {
    return undefined;
  }
  const binary = staticBinary(root);
  return (await succeeds(binary, ['-version'])) ? { path: binary, note: 'from ffmpeg-static' } : undefined;
}
