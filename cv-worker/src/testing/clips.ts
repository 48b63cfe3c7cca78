import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFfmpeg } from '../tap/ffmpeg.ts';
import { writeClip } from '../../../device/src/synthetic/write-clip.ts';

/** Writes a clip of a synthetic patient, 320 × 240 at 15 frames a second. */
export async function writeSyntheticClip(path: string, synthetic: string, seconds: number): Promise<void> {
  await writeClip({ path, synthetic, seconds, fps: 15, width: 320, height: 240 });
}

/** Encodes a clip anew as a device sends it: VP8 in real time at a fixed rate. */
export async function encodeAsVp8(from: string, to: string, kilobits: number): Promise<void> {
  const rate = `${String(kilobits)}k`;
  const child = spawn(
    findFfmpeg(),
    [
      ...['-nostdin', '-loglevel', 'error', '-y', '-i', from, '-c:v', 'libvpx', '-deadline', 'realtime'],
      ...['-cpu-used', '8', '-lag-in-frames', '0', '-auto-alt-ref', '0', '-error-resilient', '1', '-g', '30'],
      ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate, '-threads', '1', to],
    ],
    { stdio: 'ignore' },
  );
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`ffmpeg could not encode ${from} as VP8.`);
}
