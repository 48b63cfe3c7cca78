import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { HavenError } from '@haven/protocol';
import { findFfmpeg } from '../ffmpeg.ts';
import { parseSyntheticParameters, SyntheticPatient } from './index.ts';

/**
 * Writes a clip of a synthetic patient, for tests:
 *
 *     node device/src/synthetic/write-clip.ts OUT.mp4 --synthetic hr=72,rr=15 --seconds 20 --fps 15 --size 640x480
 *
 * The ending chooses the format: `.mjpeg` (for a browser's fake camera), `.y4m`, or H.264 in `.mp4` and `.mkv`.
 * A browser plays its fake camera's file in a loop: with a multiple of 20 seconds, and rates that fit whole beats and
 * breaths into it, the loop has no seam.
 */
export interface ClipOptions {
  path: string;
  /** Text of `--synthetic`. */
  synthetic: string;
  seconds: number;
  fps?: number;
  width?: number;
  height?: number;
  /** Bits a second of H.264; without it the quality is constant and high. */
  bitrate?: number;
}

/** Longest clip: a bound for mistyped numbers. */
const MAX_SECONDS = 3600;
const MAX_FPS = 120;
const MAX_BITRATE = 100_000_000;
/** Characters of ffmpeg's messages that are kept for an error. */
const MAX_MESSAGE = 400;

function encoderArguments(path: string, bitrate: number | undefined): string[] {
  if (path.endsWith('.mjpeg')) return ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg'];
  if (path.endsWith('.y4m')) return ['-f', 'yuv4mpegpipe'];
  if (!path.endsWith('.mp4') && !path.endsWith('.mkv')) {
    throw new HavenError('INVALID_REQUEST', 'A clip ends in .mp4, .mkv, .mjpeg or .y4m.');
  }
  // A pulse of a few thousandths does not survive the default quality, least of all in chroma.
  const quality = bitrate === undefined ? ['-crf', '10'] : ['-b:v', String(bitrate)];
  return ['-c:v', 'libx264', '-preset', 'veryfast', ...quality, '-pix_fmt', 'yuv420p'];
}

function assertBetween(name: string, value: number, minimum: number, maximum: number): void {
  if (value >= minimum && value <= maximum) return;
  throw new HavenError('INVALID_REQUEST', `A clip's ${name} must be from ${minimum} to ${maximum}.`);
}

/**
 * Renders and encodes a clip.
 *
 * @throws HavenError INVALID_REQUEST for options out of bounds, INTERNAL with ffmpeg's message when encoding fails.
 */
export async function writeClip(options: ClipOptions): Promise<void> {
  const { path, synthetic, seconds, fps = 15, width = 640, height = 480, bitrate } = options;
  assertBetween('length in seconds', seconds, 0.1, MAX_SECONDS);
  assertBetween('frame rate', fps, 1, MAX_FPS);
  if (bitrate !== undefined) assertBetween('bitrate', bitrate, 10_000, MAX_BITRATE);
  const encoding = encoderArguments(path, bitrate);
  const patient = await SyntheticPatient.create(parseSyntheticParameters(synthetic), { width, height });
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps)];
  const ffmpeg = spawn(
    await findFfmpeg(),
    ['-loglevel', 'error', '-y', ...input, '-i', 'pipe:0', ...encoding, path],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let message = '';
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => {
    message = (message + text).slice(0, MAX_MESSAGE);
  });
  const closed = new Promise<number | null>((resolve, reject) =>
    ffmpeg.once('close', resolve).once('error', reject),
  );
  const count = Math.round(seconds * fps);
  const [sent, code] = await Promise.all([
    // An encoder that ends early breaks the pipe; its exit and its message say why.
    pipeline(frames(patient, count, fps), ffmpeg.stdin).then(
      () => null,
      (error: unknown) => error,
    ),
    closed,
  ]);
  if (code !== 0) throw new HavenError('INTERNAL', `ffmpeg could not write the clip: ${message.trim()}`);
  if (sent !== null) throw new HavenError('INTERNAL', 'The clip is not complete.', { cause: sent });
}

function* frames(patient: SyntheticPatient, count: number, fps: number): Generator<Buffer> {
  for (let frame = 0; frame < count; frame++) yield Buffer.from(patient.frame(frame / fps));
}

function optionsFromArguments(): ClipOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      synthetic: { type: 'string', default: '' },
      seconds: { type: 'string', default: '20' },
      fps: { type: 'string', default: '15' },
      size: { type: 'string', default: '640x480' },
      bitrate: { type: 'string' },
    },
  });
  const size = /^(\d+)x(\d+)$/.exec(values.size);
  if (positionals.length !== 1 || size === null) {
    throw new HavenError(
      'INVALID_REQUEST',
      'Usage: write-clip.ts OUT.mp4|.mkv|.mjpeg|.y4m [--synthetic hr=72,…] [--seconds N] [--fps N] [--size WxH] [--bitrate BPS]',
    );
  }
  return {
    path: positionals[0],
    synthetic: values.synthetic,
    seconds: Number(values.seconds),
    fps: Number(values.fps),
    width: Number(size[1]),
    height: Number(size[2]),
    ...(values.bitrate === undefined ? {} : { bitrate: Number(values.bitrate) }),
  };
}

if (import.meta.main) {
  try {
    await writeClip(optionsFromArguments());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
