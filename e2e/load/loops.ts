import { homedir } from 'node:os';
import { join } from 'node:path';
import { loopedClip, type LoopedLayer } from '../../device/src/swarm/looped-clip.ts';
import type { PublishersPlan } from '../../device/src/swarm/plan.ts';

type Loop = PublishersPlan['streams'][number]['layers'];

/** Whole cycles of a loop: 72 and 15 a minute. What it shows matters to nobody who counts packets. */
const SYNTHETIC = 'hr=72,rr=15,tone=monk5,seed=1';

/** The simulcast of an ordinary device, of which a wall's tile takes the lower layer. */
export const SIMULCAST: readonly LoopedLayer[] = [
  { width: 320, height: 240, bitrate: 400_000 },
  { width: 640, height: 480, bitrate: 1_000_000 },
];

/** Encodes what is not encoded yet; the same loop serves all publishers. */
export async function loopOf(layers: readonly LoopedLayer[], framesPerSecond: number): Promise<Loop> {
  const folder = process.env.HAVEN_CACHE_DIR ?? join(homedir(), '.cache', 'haven');
  const loop: Loop = [];
  for (const layer of layers) {
    const path = await loopedClip(SYNTHETIC, layer, framesPerSecond, join(folder, 'swarm'));
    loop.push({ layer, path });
  }
  return loop;
}
