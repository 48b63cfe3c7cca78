import { describe, expect, test } from '@jest/globals';
import { findFfmpeg } from '../ffmpeg.ts';
import type { RawFrame } from '../media/frame.ts';
import { CameraSource } from './camera-source.ts';
import { SyntheticSource } from './synthetic-source.ts';

const PICTURE = { width: 32, height: 32, framesPerSecond: 50 };

async function collect(source: SyntheticSource, count: number): Promise<RawFrame[]> {
  const frames: RawFrame[] = [];
  await source.run((frame) => {
    frames.push(frame);
    if (frames.length === count) void source.close();
  });
  return frames;
}

describe('a synthetic source', () => {
  test('renders each picture for exactly the time that it carries', async () => {
    const rendered: number[] = [];
    const source = new SyntheticSource(
      { frame: (seconds) => Uint8Array.of(rendered.push(seconds)) },
      PICTURE,
    );
    const frames = await collect(source, 5);
    expect(frames.map(({ timeMs }) => (timeMs - frames[0].timeMs) / 1000)).toEqual(
      rendered.map((seconds) => expect.closeTo(seconds - rendered[0], 6)),
    );
    expect(frames.map(({ pixels }) => pixels[0])).toEqual([1, 2, 3, 4, 5]);
  });

  test('keeps its pictures apart when the renderer uses one buffer for all', async () => {
    const buffer = new Uint8Array(1);
    const renderer = {
      frame: () => {
        buffer[0]++;
        return buffer;
      },
    };
    const frames = await collect(new SyntheticSource(renderer, PICTURE), 3);
    expect(frames.map(({ pixels }) => pixels[0])).toEqual([1, 2, 3]);
  });

  test('leaves pictures out, and keeps to the clock, when rendering takes longer than an interval', async () => {
    const slow = {
      frame: () => {
        const until = performance.now() + 45;
        while (performance.now() < until);
        return new Uint8Array(1);
      },
    };
    const frames = await collect(new SyntheticSource(slow, PICTURE), 4);
    const steps = frames
      .slice(1)
      .map(({ timeMs }, index) => Math.round((timeMs - frames[index].timeMs) / 20));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(2);
  });
});

test('a camera that is not there is refused with a sentence', async () => {
  const opening = CameraSource.open({
    ffmpeg: await findFfmpeg(),
    device: '/dev/video99',
    size: { width: 640, height: 480 },
    framesPerSecond: 15,
    onLost: () => undefined,
  });
  await expect(opening).rejects.toThrow(/^The camera \/dev\/video99 cannot be opened: .*No such file/);
});
