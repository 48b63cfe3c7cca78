import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Frame } from '../frame.ts';
import { DEFAULT_FRAME_RATE, findFfmpeg, GAP_MS, MAX_FRAME_BYTES, pictureOutput } from './ffmpeg.ts';
import { LineSplitter } from './line-splitter.ts';
import { NutDemuxer } from './nut.ts';

/** A file cannot be decoded; the message is a sentence for whoever named the file. */
export class DecodeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DecodeError';
  }
}

/**
 * The pictures of a recorded video, scaled and thinned out as a live stream's are, with the file's own timing.
 * Decodes no faster than the pictures are taken; leaving the loop stops ffmpeg.
 *
 * @throws DecodeError when the file is missing, no video, or damaged; when ffmpeg cannot be run
 */
export async function* openFile(path: string, ffmpeg: string = findFfmpeg()): AsyncGenerator<Frame> {
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new DecodeError(`${path} cannot be read.`, { cause });
  });
  // The prefix keeps a name such as `http:…` or `-y` a file's name.
  yield* openInput(path, ['-i', `file:${resolve(path)}`], ffmpeg);
}

/**
 * As {@link openFile}, of whatever ffmpeg's input arguments name; only local files can be read.
 *
 * @param name what the sentences of errors call it
 */
export async function* openInput(
  name: string,
  input: readonly string[],
  ffmpeg: string = findFfmpeg(),
): AsyncGenerator<Frame> {
  const child = spawn(ffmpeg, inputArguments(input), { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints = new LineSplitter();
  let complaint: string | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    for (const line of complaints.push(chunk)) complaint = line;
  });
  const closed = once(child, 'close').catch((cause: unknown) => {
    throw new DecodeError('ffmpeg cannot be run: install it, or set FFMPEG_PATH.', { cause });
  });
  // Awaited below; until then a failure to start must not count as unhandled.
  closed.catch(() => undefined);
  const demuxer = new NutDemuxer({
    allocate: (bytes) => new Uint8Array(bytes),
    maxFrameBytes: MAX_FRAME_BYTES,
  });
  let last: number | undefined;
  try {
    const pipe: AsyncIterable<Buffer> = child.stdout;
    for await (const chunk of pipe) {
      for (const { ptsMs, width, height, pixels } of demuxer.push(chunk)) {
        const discontinuity = last === undefined || ptsMs - last > GAP_MS;
        last = ptsMs;
        yield { timeMs: ptsMs, width, height, pixels, discontinuity };
      }
    }
    await closed;
    if (child.exitCode !== 0 || last === undefined) {
      throw new DecodeError(`${name} is no video that can be read${complaint ? ` (${complaint})` : ''}.`);
    }
  } finally {
    child.kill('SIGKILL');
  }
}

function inputArguments(input: readonly string[]): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file'],
    ...input,
    ...pictureOutput({ frameRate: DEFAULT_FRAME_RATE, crop: null }),
  ];
}
