import type { Logger } from 'pino';
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../failures.ts';
import { parseSyntheticParameters, SyntheticPatient } from '../synthetic/index.ts';
import { CameraSource } from './camera-source.ts';
import { FileSource } from './file-source.ts';
import type { VideoSource } from './source.ts';
import { SyntheticSource } from './synthetic-source.ts';

const DEFAULT_SIZE = { width: 640, height: 480 };
/** Enough for a pulse at rest, at half the cost of what cameras usually give. */
const DEFAULT_FRAMES_PER_SECOND = 15;

/** @throws UsageError or HavenError INVALID_REQUEST when what was asked for cannot be opened */
export async function openSource(
  { source, framesPerSecond: rate }: Pick<Arguments, 'source' | 'framesPerSecond'>,
  ffmpeg: string,
  log: Logger,
): Promise<VideoSource> {
  const framesPerSecond = rate ?? DEFAULT_FRAMES_PER_SECOND;
  const size = source.size ?? DEFAULT_SIZE;
  switch (source.kind) {
    case 'file':
      return await FileSource.open({ ffmpeg, path: source.path, loop: source.loop, size: source.size });
    case 'camera':
      return await CameraSource.open({
        ffmpeg,
        device: source.device,
        size,
        framesPerSecond,
        onLost: (complaint) => log.warn({ complaint }, 'the camera went away and is opened again'),
      });
    case 'synthetic': {
      if (process.env.NODE_ENV === 'production') {
        throw new UsageError('A synthetic patient is refused with NODE_ENV=production.');
      }
      const patient = await SyntheticPatient.create(parseSyntheticParameters(source.parameters), size);
      return new SyntheticSource(patient, { ...size, framesPerSecond });
    }
  }
}
