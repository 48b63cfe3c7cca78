import { TWO_LAYERS, type TemporalPattern } from './temporal-pattern.ts';

/** What the encoder is told of one layer; bit rate in bit/s. */
export type EncoderLayer = { readonly width: number; readonly height: number; readonly bitrate: number };

export const MAX_ENCODED_LAYERS = 3;

/**
 * Fixed effort: a positive value would let libvpx spend the time that a fast machine has left. Measured with two
 * layers of 640×480 and 320×240 at 15 frames/s: 8 % of a core at −8, 11 % at −4, 7 % at −16.
 */
const SPEED = -8;
/** More than any stream has: all key frames are asked for, none comes by the encoder's own count. */
const NEVER = 1_000_000;
/** Largest key frame, per cent of an average frame: more would queue in a narrow uplink. */
const MAX_KEY_FRAME_PERCENT = 450;
const QUANTIZER_MIN = 2;
const QUANTIZER_MAX = 56;

/**
 * The command line of an encoder: Matroska from stdin, one IVF stream a layer on descriptors from `firstOutput` up.
 */
export function encoderArguments(
  picture: {
    width: number;
    height: number;
    layers: readonly EncoderLayer[];
    temporal?: TemporalPattern;
  },
  firstOutput: number,
): string[] {
  const { layers, temporal = TWO_LAYERS } = picture;
  const split = `[0:v]split=${layers.length}${layers.map((_, index) => `[in${index}]`).join('')}`;
  const scales = layers.map(({ width, height }, index) => {
    const same = width === picture.width && height === picture.height;
    return `[in${index}]${same ? 'null' : `scale=${width}:${height}:flags=area`}[out${index}]`;
  });
  return [
    '-hide_banner',
    '-nostdin',
    ...['-loglevel', 'error'],
    ...['-probesize', '32', '-analyzeduration', '0'],
    ...['-copyts', '-f', 'matroska', '-i', 'pipe:0'],
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-filter_complex', [split, ...scales].join(';')],
    ...layers.flatMap((layer, index) => layerArguments(layer, temporal, index, firstOutput + index)),
  ];
}

function layerArguments(
  { bitrate }: EncoderLayer,
  temporal: TemporalPattern,
  index: number,
  output: number,
): string[] {
  const rate = String(bitrate);
  const flag = 2 ** index;
  const keyFrame = `expr:gte(mod(round(t*1000000),${2 * flag}),${flag})`;
  const kilobits = (share: number) => Math.max(1, Math.round((bitrate * share) / 1000));
  const temporalLayers = [
    `ts_layering_mode=${temporal.layeringMode}`,
    `ts_number_layers=${temporal.rateShares.length}`,
    `ts_target_bitrate=${temporal.rateShares.map(kilobits).join(',')}`,
    `ts_rate_decimator=${temporal.rateDecimators.join(',')}`,
    `ts_periodicity=${temporal.pictures.length}`,
    `ts_layer_id=${temporal.pictures.map(({ layer }) => layer).join(',')}`,
  ].join(':');
  return [
    ...['-map', `[out${index}]`],
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', String(SPEED), '-threads', '1'],
    ...['-lag-in-frames', '0', '-auto-alt-ref', '0', '-error-resilient', 'default'],
    // A block that changes by half a per cent is a pulse, not something to skip.
    ...['-static-thresh', '0', '-noise-sensitivity', '0'],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', String(Math.round(bitrate / 2))],
    ...['-undershoot-pct', '100', '-overshoot-pct', '15'],
    ...['-max-intra-rate', String(MAX_KEY_FRAME_PERCENT)],
    ...['-qmin', String(QUANTIZER_MIN), '-qmax', String(QUANTIZER_MAX)],
    ...['-g', String(NEVER), '-keyint_min', String(NEVER), '-force_key_frames', keyFrame],
    ...['-ts-parameters', temporalLayers],
    ...['-enc_time_base', '1:1000000', '-fps_mode', 'passthrough'],
    ...['-flush_packets', '1', '-f', 'ivf', `pipe:${output}`],
  ];
}
