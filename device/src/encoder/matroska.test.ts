import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { findFfmpeg } from '../ffmpeg.ts';
import { i420Bytes } from '../media/frame.ts';
import { movingBar } from '../testing/pictures.ts';
import { matroskaFrameHeader, matroskaHeader } from './matroska.ts';

const WIDTH = 64;
const HEIGHT = 48;

test('ffmpeg reads pixels and microseconds as they were written, beyond 32 bits too', async () => {
  const times = [0, 66_667, 133_331, 5_000_000_001];
  const stream = Buffer.concat([
    matroskaHeader(WIDTH, HEIGHT),
    ...times.flatMap((time, index) => [
      matroskaFrameHeader(time, i420Bytes(WIDTH, HEIGHT)),
      movingBar(WIDTH, HEIGHT, index),
    ]),
  ]);
  const read = spawnSync(
    await findFfmpeg(),
    [
      ...['-hide_banner', '-nostats', '-copyts', '-f', 'matroska', '-i', 'pipe:0'],
      ...['-vf', 'showinfo=checksum=0', '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
    ],
    { input: stream },
  );
  const shown = [...read.stderr.toString().matchAll(/ n: *\d+ pts: *(\d+)/g)].map((match) =>
    Number(match[1]),
  );
  expect(read.stderr.toString()).toContain('config in time_base: 1/1000000');
  expect(shown).toEqual(times);
  expect(read.stdout).toEqual(Buffer.concat(times.map((_, index) => movingBar(WIDTH, HEIGHT, index))));
});
