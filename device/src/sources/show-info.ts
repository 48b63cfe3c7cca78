export type ShownFrame = { kind: 'frame'; pts: number; width: number; height: number };
export type ShowInfo =
  | ShownFrame
  /** Seconds in one tick of `pts`; the rate is undefined where the stream has none. */
  | { kind: 'configuration'; timeBase: number; framesPerSecond: number | undefined }
  | { kind: 'other' };

/**
 * Reads a line that ffmpeg's filter `showinfo` wrote. The integer `pts` is taken, since `pts_time` has six digits
 * only and loses the milliseconds after a quarter of an hour.
 * @returns undefined for a line of somebody else
 */
export function parseShowInfo(line: string): ShowInfo | undefined {
  if (!line.startsWith('[Parsed_showinfo_')) return undefined;
  const frame = /\bn: *\d+ pts: *(-?\d+) .*\bs:(\d+)x(\d+)/.exec(line);
  if (frame) {
    return { kind: 'frame', pts: Number(frame[1]), width: Number(frame[2]), height: Number(frame[3]) };
  }
  const configuration = /config in time_base: (\d+)\/(\d+), frame_rate: (\d+)\/(\d+)/.exec(line);
  if (!configuration) return { kind: 'other' };
  const [numerator, denominator, frames, seconds] = configuration.slice(1).map(Number);
  const rate = frames / seconds;
  return {
    kind: 'configuration',
    timeBase: numerator / denominator,
    framesPerSecond: Number.isFinite(rate) && rate > 0 ? rate : undefined,
  };
}
