import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { frameBytes, type Crop } from '../frame.ts';
import type { NormalFrameRate } from '../pace/frame-rate.ts';

/** Pictures are scaled to fit this: enough skin for a pulse, small enough to analyse many patients a core. */
export const MAX_FRAME_WIDTH = 320;
export const MAX_FRAME_HEIGHT = 240;
export const MAX_FRAME_BYTES = frameBytes(MAX_FRAME_WIDTH, MAX_FRAME_HEIGHT);

/** Pictures a second that are analysed unless it is set otherwise. */
export const DEFAULT_FRAME_RATE: NormalFrameRate = 15;
/** How much earlier than due a picture may be and still count as on time: half a period at 50 frames/s, s. */
const EARLY_S = 0.01;

/** A picture more than this after the one before it begins a new piece of signal, ms. */
export const GAP_MS = 1000;

/** Its binary is fetched at set-up, which closed networks prevent: then the system's ffmpeg serves. */
const require = createRequire(import.meta.url);

let setprivWorks: boolean | undefined;

/** `FFMPEG_PATH`, else the binary of ffmpeg-static, else `ffmpeg` on PATH. */
export function findFfmpeg(environment: Record<string, string | undefined> = process.env): string {
  const given = environment.FFMPEG_PATH;
  if (given !== undefined && given !== '') return given;
  try {
    const bundled: unknown = require('ffmpeg-static');
    if (typeof bundled === 'string' && existsSync(bundled)) return bundled;
  } catch {
    return 'ffmpeg';
  }
  return 'ffmpeg';
}

/**
 * Thins out evenly by the pictures' own times, before they are scaled. Variable 0 is when the next one is due; a late
 * one moves the schedule, so that none is made up for in a burst.
 */
function thinning(frameRate: number): string {
  const period = `1/${frameRate}`;
  return `select='if(gte(t+${EARLY_S}\\,ld(0))\\,st(0\\,max(ld(0)+${period}\\,t+${period}/2))\\,0)',`;
}

/** In shares, so that it is the same part of whatever layer comes. Without `exact`, chroma's even pixels are met. */
function cropping({ x, y, scale }: Crop): string {
  return `crop=w=iw*${scale}:h=ih*${scale}:x=iw*${x.toFixed(4)}:y=ih*${y.toFixed(4)},`;
}

/**
 * Averages areas, so that a larger picture's noise shrinks with it; always fits, so that layers have one size. A picture
 * of this size, range and matrix is only copied: most codecs carry nothing else.
 */
const SCALING =
  `scale=${MAX_FRAME_WIDTH}:${MAX_FRAME_HEIGHT}:` +
  'force_original_aspect_ratio=decrease:force_divisible_by=2:flags=area+accurate_rnd:out_range=tv:out_color_matrix=bt601';

/**
 * ffmpeg's arguments from the first video of its input to I420 pictures with their times on standard output.
 * @param options.frameRate pictures a second at most; without it all of them
 */
export function pictureOutput(options: { frameRate?: NormalFrameRate; crop: Crop | null }): string[] {
  const { frameRate, crop } = options;
  const filters =
    (frameRate === undefined ? '' : thinning(frameRate)) + (crop === null ? '' : cropping(crop)) + SCALING;
  return [
    // Filters and encoder work in the one thread: waking others costs more than such small pictures do.
    ...['-map', '0:v:0', '-an', '-sn', '-dn', '-filter_threads', '1', '-vf', filters],
    // Each picture once with its own time: never duplicated or dropped to fit a nominal rate.
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-c:v', 'rawvideo', '-threads', '1', '-pix_fmt', 'yuv420p'],
    ...['-f', 'nut', '-flush_packets', '1', 'pipe:1'],
  ];
}

/**
 * A command that runs ffmpeg so that it dies with this process, however this process dies: waiting for packets it
 * would otherwise stay for ever. Where the system has no `setpriv` (util-linux), ffmpeg itself.
 */
export function dyingWithParent(ffmpeg: string): { command: string; prefix: readonly string[] } {
  const prefix = ['--pdeathsig', 'KILL', '--'];
  setprivWorks ??= spawnSync('setpriv', [...prefix, 'true']).status === 0;
  return setprivWorks ? { command: 'setpriv', prefix: [...prefix, ffmpeg] } : { command: ffmpeg, prefix: [] };
}
