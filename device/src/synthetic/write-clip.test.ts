import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { findFfmpeg } from '../ffmpeg.ts';
import { writeClip } from './write-clip.ts';

const SMALL = { synthetic: 'hr=60', seconds: 1, fps: 10, width: 160, height: 120 };
const SCRIPT = fileURLToPath(new URL('write-clip.ts', import.meta.url));

/** Drawing a pose takes a second or two, and longer beside other suites on a small machine. */
jest.setTimeout(60_000);

describe('a clip of a synthetic patient', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haven-clip-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test.each(['mp4', 'mkv', 'mjpeg', 'y4m'])('is written as .%s with all its frames', async (ending) => {
    const path = join(folder, `clip.${ending}`);
    await writeClip({ ...SMALL, path });
    const decoder = spawn(await findFfmpeg(), ['-i', path, '-f', 'null', '-'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [messages] = await Promise.all([text(decoder.stderr), once(decoder, 'close')]);
    expect(messages).toMatch(/160x120/);
    expect(messages).toMatch(/frame= *10\b/);
  });

  test('is smaller at a lower bitrate', async () => {
    const sizes = [];
    for (const bitrate of [50_000, 2_000_000]) {
      const path = join(folder, `${bitrate}.mp4`);
      await writeClip({ ...SMALL, path, bitrate });
      sizes.push((await stat(path)).size);
    }
    expect(sizes[0]).toBeLessThan(sizes[1] / 2);
  });

  test.each([
    [{ path: 'clip.gif' }, 'A clip ends in .mp4, .mkv, .mjpeg or .y4m.'],
    [{ path: 'clip.mp4', fps: 0 }, "A clip's frame rate must be from 1 to 120."],
    [{ path: 'clip.mp4', seconds: NaN }, "A clip's length in seconds must be from 0.1 to 3600."],
    [{ path: 'clip.mp4', bitrate: 3 }, "A clip's bitrate must be from 10000 to 100000000."],
  ])('is refused with a sentence for %j', async (options, sentence) => {
    await expect(writeClip({ ...SMALL, ...options })).rejects.toThrow(sentence);
  });

  test('that cannot be written fails with the encoder’s message', async () => {
    const path = join(folder, 'no-such-folder', 'clip.mp4');
    await expect(writeClip({ ...SMALL, path })).rejects.toThrow(
      /ffmpeg could not write the clip: .*No such file/,
    );
  });

  test('is refused on the command line with one sentence and a non-zero exit', async () => {
    const script = spawn(process.execPath, [SCRIPT, join(folder, 'x.mp4'), '--synthetic', 'hr=900'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(script, 'close');
    expect(await text(script.stderr)).toBe(
      'Synthetic parameter "hr" must be a number from 30 to 220, not "900".\n',
    );
    expect((await closed)[0]).not.toBe(0);
  });
});
