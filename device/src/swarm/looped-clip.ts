import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { encode, type EncoderInput } from '../encoder/encode-clip.ts';
import { IvfReader, isVp8KeyFrame } from '../encoder/ivf.ts';
import { temporalPatternFor } from '../encoder/temporal-pattern.ts';
import type { EncodedFrame } from '../media/frame.ts';
import { parseSyntheticParameters, SyntheticPatient } from '../synthetic/index.ts';

/** In which every rhythm of a synthetic patient is whole, so that the clip loops without a seam, s. */
export const LOOP_SECONDS = 20;
/** Key frames come unasked, since a clip cannot be asked: at irregular times that no pulse has, s. */
const KEY_FRAMES_AT = [0, 2.7, 5.9, 8.8, 12.1, 14.6, 17.5];
/** Raised with every change of what is rendered or encoded. */
const VERSION = 1;

export type LoopedLayer = { width: number; height: number; bitrate: number };

/**
 * One layer of a patient's video, encoded once as a device does.
 *
 * @param folder where it is kept
 * @returns its file
 */
export async function loopedClip(
  synthetic: string,
  layer: LoopedLayer,
  framesPerSecond: number,
  folder: string,
): Promise<string> {
  const { width, height, bitrate } = layer;
  const name = `${VERSION}-${synthetic.replaceAll(/[^a-z0-9.]/g, '_')}-${width}x${height}-${bitrate}-${framesPerSecond}.ivf`;
  const path = join(folder, name);
  const known = await access(path).then(
    () => true,
    () => false,
  );
  if (known) return path;
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `${process.pid}-${name}`);
  const patient = await SyntheticPatient.create(parseSyntheticParameters(synthetic), { width, height });
  await encode(
    pictures(patient, framesPerSecond),
    { codec: 'vp8', ...layer, frameRate: framesPerSecond, temporal: temporalPatternFor(framesPerSecond) },
    partial,
  );
  await rename(partial, path);
  return path;
}

function* pictures(patient: SyntheticPatient, framesPerSecond: number): Generator<EncoderInput> {
  const period = temporalPatternFor(framesPerSecond).pictures.length;
  const keyFrames = new Set(
    KEY_FRAMES_AT.map((seconds) => period * Math.round((seconds * framesPerSecond) / period)),
  );
  for (let index = 0; index < LOOP_SECONDS * framesPerSecond; index++) {
    const seconds = index / framesPerSecond;
    yield { timeMs: 1000 * seconds, pixels: patient.frame(seconds), key: keyFrames.has(index) };
  }
}

/** @returns the frames of one loop; times from 0 */
export async function readLoop(path: string, framesPerSecond: number): Promise<EncodedFrame[]> {
  const { pictures: pattern } = temporalPatternFor(framesPerSecond);
  const frames = new IvfReader().read(await readFile(path));
  return frames.map(({ data }, index) => ({
    timeMs: (1000 * index) / framesPerSecond,
    key: isVp8KeyFrame(data),
    temporal: pattern[index % pattern.length],
    data,
  }));
}
