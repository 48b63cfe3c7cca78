import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { collect } from '../testing/collect.ts';
import { findFfmpeg } from '../../tap/ffmpeg.ts';
import { readPure } from './pure.ts';

const START_NS = 1_392_643_993_642_815_000n;
/** Times of the pictures after the first, ms: uneven, as a camera's are. */
const TIMES_MS = [0, 70.5, 150.25, 210, 301.75];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haven-pure-'));
  await mkdir(join(folder, '01-02', '01-02'), { recursive: true });
  await promisify(execFile)(findFfmpeg(), [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=30'],
    ...['-frames:v', String(TIMES_MS.length), join(folder, '01-02', '%d.png')],
  ]);
  for (const [i, time] of TIMES_MS.entries()) {
    const name = `Image${String(START_NS + BigInt(time * 1e6))}.png`;
    await rename(join(folder, '01-02', `${String(i + 1)}.png`), join(folder, '01-02', '01-02', name));
  }
  const readings = [0, 100, 200, 300, 400].map((ms) => ({
    Timestamp: Number(START_NS + BigInt(ms) * 1_000_000n),
    Value: { pulseRate: 60 + ms / 100, waveform: 1, o2saturation: 98, signalStrength: 5 },
  }));
  await writeFile(
    join(folder, '01-02', '01-02.json'),
    JSON.stringify({ '/FullPackage': readings, '/Image': [] }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('PURE', () => {
  test('gives pictures and readings on one clock that begins with the first picture', async () => {
    const [video] = await collect(readPure(folder));
    expect(video.subject).toBe('01-02');
    expect(video.heartRate.meanRate(0, 400)).toBe(62);
    const frames = await collect(video.open());
    expect(frames).toHaveLength(TIMES_MS.length);
    frames.forEach(({ timeMs }, i) => {
      expect(Math.abs(timeMs - TIMES_MS[i])).toBeLessThan(0.1);
    });
  }, 30_000);

  test('refuses a recording without its pictures or readings', async () => {
    await mkdir(join(folder, '03-01'));
    await expect(collect(readPure(folder))).rejects.toThrow('no pictures named Image');
    await rm(join(folder, '03-01'), { recursive: true });
    const reference = join(folder, '01-02', '01-02.json');
    await writeFile(reference, '{"/FullPackage": []}');
    await expect(collect(readPure(folder))).rejects.toThrow('/FullPackage');
    await writeFile(reference, 'no JSON');
    await expect(collect(readPure(folder))).rejects.toThrow('no JSON');
  });
});
