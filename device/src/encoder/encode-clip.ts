import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { encoderArguments } from './encoder-arguments.ts';
import type { TemporalPattern } from './temporal-pattern.ts';
import { matroskaFrameHeader, matroskaHeader } from './matroska.ts';
import { temporalPatternFor } from './temporal-pattern.ts';
import { findFfmpeg } from '../ffmpeg.ts';

/** A picture that is to be encoded: I420, and whether it starts the stream anew. */
export type EncoderInput = { timeMs: number; pixels: Uint8Array; key: boolean };

export type EncoderSettings = {
  codec: 'vp8' | 'h264';
  width: number;
  height: number;
  /** Pictures a second that the rate is meant for; their times are their own. */
  frameRate: number;
  /** Bit/s. */
  bitrate: number;
  /** Of VP8; two layers unless it says otherwise. */
  temporal?: TemporalPattern;
};

/** The lowest bit of a frame's time in µs asks for a key frame, as in a device; times are multiples of two without it. */
const KEY_FRAME_EXPRESSION = 'expr:gte(mod(round(t*1000000),2),1)';
const STEP_US = 8;
const FIRST_OUTPUT = 3;
/** Characters of ffmpeg's messages that are kept for an error. */
const MAX_MESSAGE = 400;

/** File ending of a codec's container; both keep times exactly. */
export function endingOf(codec: EncoderSettings['codec']): string {
  return codec === 'vp8' ? 'ivf' : 'nut';
}

/**
 * Encodes pictures as a device sends them: VP8 with the very settings of the device agent, H.264 as browsers and WHIP
 * clients make it (constrained baseline, no delay, constant rate). Reads from a standard input that is exactly timed.
 *
 * @param path ends in {@link endingOf} the codec
 * @throws Error with ffmpeg's message when encoding fails
 */
export async function encode(
  frames: Iterable<EncoderInput>,
  settings: EncoderSettings,
  path: string,
): Promise<void> {
  const args = settings.codec === 'vp8' ? vp8Arguments(settings) : h264Arguments(settings);
  const ffmpeg = spawn(await findFfmpeg(), args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const [input, , messages, output] = ffmpeg.stdio;
  let message = '';
  messages?.on('data', (piece: Buffer) => {
    message = (message + piece.toString('utf8')).slice(0, MAX_MESSAGE);
  });
  const closed = once(ffmpeg, 'close');
  const file = createWriteStream(path);
  if (input === null || output === null || output === undefined || !('pipe' in output)) {
    throw new Error('ffmpeg has no pipes.');
  }
  output.pipe(file);
  // A broken pipe is followed by an exit code and a message that say more.
  input.on('error', () => undefined);
  input.write(matroskaHeader(settings.width, settings.height));
  for (const { timeMs, pixels, key } of frames) {
    const timeUs = Math.round((timeMs * 1000) / STEP_US) * STEP_US + (key && timeMs > 0 ? 1 : 0);
    input.write(matroskaFrameHeader(timeUs, pixels.length));
    if (!input.write(Buffer.from(pixels))) await Promise.race([once(input, 'drain'), closed]);
    if (ffmpeg.exitCode !== null) break;
  }
  input.end();
  await Promise.all([closed, finished(file)]);
  if (ffmpeg.exitCode !== 0) throw new Error(`ffmpeg could not encode a clip: ${message.trim()}`);
}

function vp8Arguments({ width, height, bitrate, frameRate }: EncoderSettings): string[] {
  const temporal = temporalPatternFor(frameRate);
  return encoderArguments({ width, height, layers: [{ width, height, bitrate }], temporal }, FIRST_OUTPUT);
}

function h264Arguments({ bitrate, frameRate }: EncoderSettings): string[] {
  const rate = String(bitrate);
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-probesize', '32', '-analyzeduration', '0'],
    ...['-copyts', '-f', 'matroska', '-i', 'pipe:0', '-map', '0:v:0', '-threads', '1'],
    ...['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'veryfast', '-tune', 'zerolatency'],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', String(Math.round(bitrate / 2))],
    // Otherwise x264 takes the time base for the frame rate, and spends a millionth of the bits on each picture.
    ...['-x264-params', `fps=${frameRate}:force-cfr=1`],
    ...['-g', '1000000', '-sc_threshold', '0', '-force_key_frames', KEY_FRAME_EXPRESSION],
    ...['-enc_time_base', '1:1000000', '-fps_mode', 'passthrough'],
    ...['-f', endingOf('h264'), `pipe:${FIRST_OUTPUT}`],
  ];
}
