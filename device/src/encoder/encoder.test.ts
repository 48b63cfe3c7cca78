import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { findFfmpeg } from '../ffmpeg.ts';
import type { EncodedFrame } from '../media/frame.ts';
import { movingBar } from '../testing/pictures.ts';
import { eventually } from '../testing/wait.ts';
import type { EncoderLayer } from './encoder-arguments.ts';
import { Encoder } from './encoder.ts';
import { THREE_LAYERS, TWO_LAYERS } from './temporal-pattern.ts';

const WIDTH = 320;
const HEIGHT = 240;
const INTERVAL_MS = 1000 / 15;
const LAYERS: EncoderLayer[] = [
  { width: 160, height: 120, bitrate: 150_000 },
  { width: 320, height: 240, bitrate: 400_000 },
];

const open: Encoder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((encoder) => encoder.close()));
});

/** An encoder, what came out of it by layer, and a feed that gives frames as fast as they are taken. */
async function encoderWithOutput(temporal = TWO_LAYERS) {
  const output: EncodedFrame[][] = [[], []];
  const restarts: string[] = [];
  const encoder = new Encoder(
    {
      ffmpeg: await findFfmpeg(),
      width: WIDTH,
      height: HEIGHT,
      temporal,
      onFrame: (layer, frame) => output[layer].push(frame),
      onRestart: (complaint) => restarts.push(complaint),
    },
    LAYERS,
  );
  open.push(encoder);
  let given = 0;
  const feed = () => {
    encoder.encode({ timeMs: 1000 + given * INTERVAL_MS, pixels: movingBar(WIDTH, HEIGHT, given) });
    given++;
  };
  /** Gives a frame and waits until the lowest layer's picture of it is out. */
  const step = async () => {
    const before = output[0].length;
    feed();
    await eventually('a frame', () => output[0].length > before || undefined);
  };
  return { encoder, output, restarts, feed, step };
}

/** Pictures by layer, each decoded alone from the given frames, as hashes. */
function decode(ffmpeg: string, frames: EncodedFrame[]): string[] {
  const header = Buffer.alloc(32);
  header.write('DKIF');
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8);
  header.writeUInt16LE(WIDTH, 12);
  header.writeUInt16LE(HEIGHT, 14);
  header.writeUInt32LE(1000, 16);
  header.writeUInt32LE(1, 20);
  const body = frames.flatMap(({ data, timeMs }) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(data.length, 0);
    head.writeBigInt64LE(BigInt(Math.round(timeMs)), 4);
    return [head, data];
  });
  const { stdout } = spawnSync(
    ffmpeg,
    [
      '-loglevel',
      'error',
      '-f',
      'ivf',
      '-i',
      'pipe:0',
      '-fps_mode',
      'passthrough',
      '-f',
      'framemd5',
      'pipe:1',
    ],
    { input: Buffer.concat([header, ...body]) },
  );
  const lines = stdout.toString().split('\n');
  return lines.filter((line) => /^\d/.test(line)).map((line) => line.split(',').at(-1)!.trim());
}

describe('the encoder', () => {
  test('gives every frame in every layer with the time that it was given', async () => {
    const { output, step } = await encoderWithOutput();
    for (let frame = 0; frame < 6; frame++) await step();
    await eventually('the upper layer', () => output[1].length === 6 || undefined);
    for (const frames of output) {
      expect(frames.map(({ timeMs }) => timeMs)).toEqual(
        Array.from({ length: 6 }, (_, index) => 1000 + index * INTERVAL_MS),
      );
      expect(frames.map(({ key }) => key)).toEqual([true, false, false, false, false, false]);
    }
  });

  test('makes a key frame of one layer within two frames of the request, without a restart', async () => {
    const { encoder, output, step } = await encoderWithOutput();
    for (let frame = 0; frame < 9; frame++) await step();
    encoder.requestKeyFrame(1);
    for (let frame = 0; frame < 4; frame++) await step();
    await eventually('the upper layer', () => output[1].length === 13 || undefined);
    const keys = output.map((frames) => frames.flatMap(({ key }, index) => (key ? [index] : [])));
    expect(keys).toEqual([[0], [0, 10]]);
  });

  test.each([TWO_LAYERS, THREE_LAYERS])(
    'the lower temporal layers of $scalabilityMode alone decode to the same pictures',
    async (temporal) => {
      const { encoder, output, step } = await encoderWithOutput(temporal);
      for (let frame = 0; frame < 9; frame++) await step();
      encoder.requestKeyFrame(1);
      for (let frame = 0; frame < 10; frame++) await step();
      const all = await eventually('the upper layer', () =>
        output[1].length === 19 ? output[1] : undefined,
      );
      const ffmpeg = await findFfmpeg();
      const pictures = decode(ffmpeg, all);
      expect(pictures).toHaveLength(19);
      for (const [highest, decimator] of temporal.rateDecimators.entries()) {
        const isKept = (frame: EncodedFrame) => frame.temporal.layer <= highest;
        const kept = all.filter(isKept);
        expect(kept).toHaveLength(Math.ceil(19 / decimator));
        expect(decode(ffmpeg, kept)).toEqual(pictures.filter((_, index) => isKept(all[index])));
      }
    },
  );

  test('goes over to other rates and layers without losing a frame, with a key frame', async () => {
    const { encoder, output, step } = await encoderWithOutput();
    for (let frame = 0; frame < 5; frame++) await step();
    encoder.configure([{ ...LAYERS[0], bitrate: 60_000 }]);
    await eventually('the switch', async () => {
      await step();
      return output[0].filter(({ key }) => key).length === 2 || undefined;
    });
    for (let frame = 0; frame < 3; frame++) await step();
    const upper = output[1].length;
    expect(upper).toBeLessThan(output[0].length);
    const times = output[0].map(({ timeMs }) => timeMs);
    expect(times.map((timeMs) => Math.round((timeMs - 1000) / INTERVAL_MS))).toEqual(
      times.map((_, index) => index),
    );

    encoder.configure(LAYERS);
    await eventually('the upper layer again', async () => {
      await step();
      return output[1].length > upper || undefined;
    });
    expect(output[1][upper].key).toBe(true);
  });

  test('a process that is killed is replaced', async () => {
    const { output, restarts, feed, step } = await encoderWithOutput();
    for (let frame = 0; frame < 3; frame++) await step();
    const before = output[0].length;
    for (const pid of await ffmpegChildren()) process.kill(pid, 'SIGKILL');
    await eventually('a new key frame', () => {
      feed();
      return output[0].slice(before).some(({ key }) => key) || undefined;
    });
    expect(restarts).toHaveLength(1);
  });

  test('closing twice leaves no process behind', async () => {
    const { encoder, step } = await encoderWithOutput();
    await step();
    await Promise.all([encoder.close(), encoder.close()]);
    expect(await ffmpegChildren()).toEqual([]);
  });
});

async function ffmpegChildren(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const children = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat.includes('(ffmpeg)') && state !== 'Z' && Number(parent) === process.pid
        ? [Number(pid)]
        : [];
    }),
  );
  return children.flat();
}
