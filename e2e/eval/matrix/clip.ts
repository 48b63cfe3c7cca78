import { createHash } from 'node:crypto';
import { access, mkdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { KeyFrameSchedule } from '../../../device/src/encoder/key-frame-schedule.ts';
import { temporalPatternFor } from '../../../device/src/encoder/temporal-pattern.ts';
import { parseSyntheticParameters, SyntheticPatient } from '../../../device/src/synthetic/index.ts';
import { CODECS, pictureSize } from './cell.ts';
import { encode, endingOf, type EncoderInput } from '../../../device/src/encoder/encode-clip.ts';
import { Random } from './random.ts';
import { CELL_SECONDS } from './synthetic.ts';

/** Raised with every change of what a synthetic patient or an encoder makes of the same parameters. */
const RENDERER_VERSION = 1;

/** What a clip is made from. */
export const clipCellSchema = z.object({
  /** Seed of what is random in it. */
  id: z.number().int(),
  /** Text of `--synthetic`. */
  synthetic: z.string(),
  kilobits: z.number(),
  codec: z.enum(CODECS),
  frameRate: z.number(),
  loss: z.number(),
  seconds: z.number().optional(),
  /** By the bitrate where it is not given. */
  size: z.object({ width: z.number(), height: z.number() }).optional(),
});
export type ClipCell = z.infer<typeof clipCellSchema>;

/** Where clips and results are kept: outside of the checkout, since they are large and can be made again. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.HAVEN_EVAL_CACHE;
  return given === undefined || given === '' ? join(homedir(), '.cache', 'haven', 'eval') : given;
}

/** The cell's clip, made when it is asked for the first time. */
export async function clipOf(cell: ClipCell, folder: string): Promise<string> {
  const clips = join(folder, 'clips');
  const path = join(clips, `${keyOf(cell)}.${endingOf(cell.codec)}`);
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return path;
  await mkdir(clips, { recursive: true });
  // Under another name until it is complete: who is interrupted leaves no half clip behind.
  const partial = join(clips, `${process.pid}-${keyOf(cell)}.${endingOf(cell.codec)}`);
  await writeCell(cell, partial);
  await rename(partial, path);
  return path;
}

export function keyOf(cell: ClipCell): string {
  const { id, synthetic, kilobits, codec, frameRate, loss, seconds = CELL_SECONDS } = cell;
  const { width, height } = cell.size ?? pictureSize(cell);
  const text = JSON.stringify([
    RENDERER_VERSION,
    ...[id, synthetic, kilobits, codec, frameRate, loss, seconds, width, height],
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

async function writeCell(cell: ClipCell, path: string): Promise<void> {
  const size = cell.size ?? pictureSize(cell);
  const patient = await SyntheticPatient.create(parseSyntheticParameters(cell.synthetic), size);
  const { codec, frameRate, kilobits } = cell;
  const settings = { codec, ...size, frameRate, bitrate: kilobits * 1000 };
  await encode(frames(cell, patient), settings, path);
}

/**
 * The pictures that reach the encoder. Between a device and the SFU lost packets are sent again; what stays lost is
 * whole pictures, and their times stay true. Here each picture is left out with the cell's probability, which is more
 * than repair leaves of the same share of packets.
 */
function* frames(cell: ClipCell, patient: SyntheticPatient): Generator<EncoderInput> {
  const random = new Random(cell.id);
  const keyFrames = new KeyFrameSchedule(1, () => random.between(0, 1));
  const count = Math.round((cell.seconds ?? CELL_SECONDS) * cell.frameRate);
  // Only the first picture of a period of temporal layers may be a key frame.
  const period = temporalPatternFor(cell.frameRate).pictures.length;
  let encoded = 0;
  for (let index = 0; index < count; index++) {
    const seconds = index / cell.frameRate;
    const pixels = patient.frame(seconds);
    // The first picture stays, so that the clip's times begin at 0.
    if (index > 0 && random.between(0, 1) < cell.loss) continue;
    const timeMs = seconds * 1000;
    const isBase = encoded % period === 0;
    const key = encoded === 0 ? keyFrames.takeAll(timeMs) > 0 : isBase && keyFrames.take(timeMs) > 0;
    encoded++;
    yield { timeMs, pixels, key };
  }
}
