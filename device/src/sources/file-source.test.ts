import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findFfmpeg } from '../ffmpeg.ts';
import { i420Bytes, type RawFrame } from '../media/frame.ts';
import { makeClip, temporaryFolder } from '../testing/clips.ts';
import { FileSource } from './file-source.ts';

/** Ten frames in 0.8 s at no fixed rate, with a jump in the middle. */
const UNEVEN = ['-i', 'testsrc2=s=161x121:r=25:d=0.8', '-vf', "select='lt(mod(n,5),2)+eq(n,13)+eq(n,14)'"];
const UNEVEN_TIMES = [0, 1, 5, 6, 10, 11, 13, 14, 15, 16].map((frame) => frame * 40);

async function openClip(loop: boolean): Promise<FileSource> {
  const ffmpeg = await findFfmpeg();
  const path = await makeClip(ffmpeg, 'clip.mkv', [...UNEVEN, '-fps_mode', 'vfr', '-c:v', 'libvpx']);
  return await FileSource.open({ ffmpeg, path, loop, size: undefined });
}

/** Frames until there are `count`, with what the clock said when each came. */
async function collect(source: FileSource, count: number) {
  const frames: (RawFrame & { arrivedAt: number })[] = [];
  await source.run((frame) => {
    frames.push({ ...frame, arrivedAt: performance.now() });
    if (frames.length === count) void source.close();
  });
  return frames;
}

describe('a recording', () => {
  test('is played in real time by its own timestamps, in even sizes, to its end', async () => {
    const source = await openClip(false);
    expect(source.picture).toMatchObject({ width: 160, height: 120 });
    const frames = await collect(source, Infinity);
    const start = frames[0].timeMs;
    expect(frames.map(({ timeMs }) => Math.round(timeMs - start))).toEqual(UNEVEN_TIMES);
    expect(frames.every(({ pixels }) => pixels.length === i420Bytes(160, 120))).toBe(true);
    expect(frames.every(({ timeMs, arrivedAt }) => arrivedAt >= timeMs - 2)).toBe(true);
    await source.close();
  });

  test('goes on across the seam when it is looped', async () => {
    const source = await openClip(true);
    const frames = await collect(source, 14);
    const times = frames.map(({ timeMs }) => Math.round(timeMs - frames[0].timeMs));
    expect(times.slice(0, 10)).toEqual(UNEVEN_TIMES);
    const seam = times[10] - times[9];
    expect(seam).toBeGreaterThan(20);
    expect(seam).toBeLessThan(200);
    expect(times.slice(10, 14).map((time) => time - times[10])).toEqual(UNEVEN_TIMES.slice(0, 4));
  });

  test('is scaled into the size that was asked for, with its own aspect ratio', async () => {
    const ffmpeg = await findFfmpeg();
    const path = await makeClip(ffmpeg, 'wide.mkv', ['-i', 'testsrc2=s=640x360:r=10:d=0.3']);
    const source = await FileSource.open({ ffmpeg, path, loop: false, size: { width: 320, height: 240 } });
    expect(source.picture).toMatchObject({ width: 320, height: 180, framesPerSecond: 10 });
    await source.close();
  });

  test('that is no video, has none, or is not there is refused with a sentence', async () => {
    const ffmpeg = await findFfmpeg();
    const text = join(await temporaryFolder(), 'notes.txt');
    await writeFile(text, 'no video');
    const sound = await makeClip(ffmpeg, 'sound.wav', ['-i', 'sine=d=0.1']);
    const open = (path: string) => FileSource.open({ ffmpeg, path, loop: false, size: undefined });
    await expect(open(text)).rejects.toThrow(/^The file .*notes\.txt is no video: .*Invalid data/);
    await expect(open(sound)).rejects.toThrow(/^The file .*sound\.wav is no video: /);
    await expect(open('/nowhere/clip.mp4')).rejects.toThrow('The file /nowhere/clip.mp4 cannot be read.');
  });
});
