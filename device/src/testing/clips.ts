import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder of this test's own, left to the system's cleaning of temporary files. */
export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'haven-device-'));
}

/** Makes a small moving test picture by ffmpeg; `options` come before the output's name. */
export async function makeClip(ffmpeg: string, name: string, options: string[]): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await run(ffmpeg, ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', ...options, path]);
  return path;
}
