import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UsageError } from './failures.ts';

/**
 * Finds ffmpeg: `FFMPEG_PATH`, then the optional package ffmpeg-static, then `ffmpeg` on the PATH.
 * @throws UsageError when there is none
 */
export async function findFfmpeg(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = environment.FFMPEG_PATH;
  if (given !== undefined && given !== '') {
    if (await isExecutable(given)) return given;
    throw new UsageError(`FFMPEG_PATH names ${given}, which is not a program.`);
  }
  const candidates = [await bundledFfmpeg()].concat(
    (environment.PATH ?? '').split(delimiter).map((folder) => join(folder, 'ffmpeg')),
  );
  for (const candidate of candidates) {
    if (candidate !== null && (await isExecutable(candidate))) return candidate;
  }
  throw new UsageError('ffmpeg was not found: install it, or set FFMPEG_PATH to the program.');
}

async function bundledFfmpeg(): Promise<string | null> {
  try {
    const bundled = await import('ffmpeg-static');
    const path: unknown = bundled.default;
    return typeof path === 'string' ? path : null;
  } catch {
    return null;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
