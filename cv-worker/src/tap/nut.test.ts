import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { frameBytes } from '../frame.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { NutDemuxer, NutError, type NutFrame } from './nut.ts';

/** A second of small pictures of which each seventh is missing, so that their times are uneven. */
function encode(size: string): Buffer {
  const source = ['-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=${size}:rate=30:duration=1`];
  const timing = ['-fps_mode', 'passthrough', '-enc_time_base', '1:90000'];
  const output = ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-f', 'nut', 'pipe:1'];
  const filter = ['-vf', "select='not(eq(mod(n\\,7)\\,3))'"];
  return spawnSync(findFfmpeg(), [...source, ...filter, ...timing, ...output], { maxBuffer: 64 << 20 })
    .stdout;
}

const summary = ({ ptsMs, pixels }: NutFrame) =>
  `${ptsMs} ${createHash('sha1').update(pixels).digest('hex')}`;

function demux(chunks: Iterable<Uint8Array>): NutFrame[] {
  const demuxer = new NutDemuxer({
    allocate: (bytes) => new Uint8Array(bytes),
    maxFrameBytes: frameBytes(320, 240),
  });
  return Array.from(chunks).flatMap((chunk) => Array.from(demuxer.push(chunk)));
}

const small = encode('16x12');

describe('the NUT demuxer', () => {
  test('gives each picture of ffmpeg’s output with its true time', () => {
    const frames = demux([small]);
    const expected = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 7 !== 3);
    expect(frames.map((frame) => Math.round((frame.ptsMs * 30) / 1000))).toEqual(expected);
    expect(frames[0]).toMatchObject({ width: 16, height: 12 });
    expect(frames.every((frame) => frame.pixels.length === frameBytes(16, 12))).toBe(true);
  });

  test('gives the same pictures wherever the chunks are split', () => {
    const beginning = small.subarray(0, 1250);
    const whole = demux([beginning]).map(summary);
    expect(whole).toHaveLength(3);
    for (let split = 0; split < beginning.length; split++) {
      const chunks = [beginning.subarray(0, split), beginning.subarray(split)];
      expect(demux(chunks).map(summary)).toEqual(whole);
    }
  });

  test('gives the same pictures from single bytes', () => {
    const bytes = Array.from(small, (_, index) => small.subarray(index, index + 1));
    expect(demux(bytes).map(summary)).toEqual(demux([small]).map(summary));
  });

  test('reads pictures that are longer than a pipe’s chunk', () => {
    const large = encode('320x240');
    const chunks = Array.from({ length: Math.ceil(large.length / 65_536) }, (_, index) =>
      large.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const frames = demux(chunks);
    expect(frames).toHaveLength(26);
    expect(frames.map((frame) => frame.ptsMs)).toEqual(demux([small]).map((frame) => frame.ptsMs));
  });

  test('refuses bytes that are no NUT stream', () => {
    expect(() => demux([Buffer.alloc(100, 'RIFF')])).toThrow(NutError);
  });

  test('refuses pictures larger than the bound', () => {
    expect(() => demux([encode('642x480')])).toThrow('is too large');
  });

  test('never runs on after damage: each flipped byte of the headers ends in pictures or an error', () => {
    for (let index = 0; index < 280; index++) {
      const damaged = Buffer.from(small);
      damaged[index] ^= 0xff;
      try {
        expect(demux([damaged]).length).toBeLessThanOrEqual(26);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
