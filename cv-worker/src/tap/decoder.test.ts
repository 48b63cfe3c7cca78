import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import { DecodeError, openFile } from './decoder.ts';
import { findFfmpeg } from './ffmpeg.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haven-decoder-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function clip(name: string, source: string, filter = 'null'): string {
  const path = join(directory, name);
  const output = ['-vf', filter, '-fps_mode', 'vfr', '-c:v', 'libx264', '-preset', 'ultrafast', path];
  spawnSync(findFfmpeg(), ['-v', 'error', '-f', 'lavfi', '-i', source, ...output]);
  return path;
}

async function framesOf(path: string, ffmpeg?: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of openFile(path, ffmpeg)) frames.push(frame);
  return frames;
}

const spacings = (frames: Frame[]) =>
  frames.slice(1).map((frame, index) => Math.round(frame.timeMs - frames[index].timeMs));

describe('decoding a file', () => {
  test('keeps the aspect ratio within 320 × 240', async () => {
    const frames = await framesOf(clip('wide.mp4', 'testsrc=size=640x360:rate=15:duration=1'));
    expect(frames).toHaveLength(15);
    expect(frames[0]).toMatchObject({ width: 320, height: 180, timeMs: 0, discontinuity: true });
    expect(frames.slice(1).every((frame) => !frame.discontinuity)).toBe(true);
  });

  test('keeps the file’s own uneven timing', async () => {
    const path = clip('uneven.mp4', 'testsrc=size=64x48:rate=10:duration=1', "select='not(eq(n\\,4))'");
    expect(spacings(await framesOf(path))).toEqual([100, 100, 100, 200, 100, 100, 100, 100]);
  });

  test('thins 30 pictures a second out to 15, evenly', async () => {
    const frames = await framesOf(clip('fast.mp4', 'testsrc=size=64x48:rate=30:duration=2'));
    expect(new Set(spacings(frames))).toEqual(new Set([67]));
    expect(frames).toHaveLength(30);
  });

  test('thins 25 pictures a second out to 15 on average', async () => {
    const frames = await framesOf(clip('pal.mp4', 'testsrc=size=64x48:rate=25:duration=4'));
    expect(frames.length).toBeGreaterThanOrEqual(59);
    expect(frames.length).toBeLessThanOrEqual(61);
  });

  test('marks the picture after a long pause as a discontinuity', async () => {
    const path = clip('pause.mp4', 'testsrc=size=64x48:rate=10:duration=4', "select='lt(n\\,10)+gt(n\\,25)'");
    const frames = await framesOf(path);
    expect(frames.filter((frame) => frame.discontinuity).map((frame) => frame.timeMs)).toEqual([0, 2600]);
  });

  test('gives limited range of BT.601, whatever the file’s range and colours are', async () => {
    const full =
      'scale=out_range=pc:out_color_matrix=bt709,format=yuvj420p,setparams=range=pc:colorspace=bt709';
    for (const filter of ['null', full]) {
      const [frame] = await framesOf(
        clip(`red-${filter.length}.mp4`, 'color=red:size=64x48:duration=1', filter),
      );
      const { pixels, width, height } = frame;
      const luma = width * height;
      // Red is 81, 90, 240 in BT.601.
      expect(Math.abs(pixels[luma / 2] - 81)).toBeLessThan(4);
      expect(Math.abs(pixels[luma + luma / 8] - 90)).toBeLessThan(4);
      expect(Math.abs(pixels[luma + luma / 4 + luma / 8] - 240)).toBeLessThan(4);
    }
  });

  test('stops ffmpeg when the reader has enough', async () => {
    for await (const frame of openFile(clip('long.mp4', 'testsrc=size=64x48:rate=15:duration=60'))) {
      expect(frame.width).toBe(320);
      break;
    }
  });

  test('says that a missing file cannot be read', async () => {
    await expect(framesOf(join(directory, 'missing.mp4'))).rejects.toThrow(/missing\.mp4 cannot be read\.$/);
  });

  test('says that a file is no video', async () => {
    const path = join(directory, 'letter.mp4');
    writeFileSync(path, 'Dear Sir or Madam');
    await expect(framesOf(path)).rejects.toThrow(/letter\.mp4 is no video that can be read/);
  });

  test('says how to get ffmpeg when it cannot be run', async () => {
    const path = clip('short.mp4', 'testsrc=size=64x48:rate=15:duration=1');
    const decoding = framesOf(path, join(directory, 'no-ffmpeg'));
    await expect(decoding).rejects.toThrow(DecodeError);
    await expect(decoding).rejects.toThrow('set FFMPEG_PATH');
  });
});
