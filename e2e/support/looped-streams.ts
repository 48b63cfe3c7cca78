import { join } from 'node:path';
import { loopedClip, type LoopedLayer } from '../../device/src/swarm/looped-clip.ts';
import { Swarm } from '../../device/src/swarm/swarm.ts';
import { addPatients } from './add-patients.ts';
import { cacheFolder } from '../eval/matrix/clip.ts';
import type { HavenServer } from './haven-server.ts';
import { patientsKnown } from './known-patients.ts';

const SYNTHETIC = 'hr=72,rr=15,tone=light,motion=none';
const FRAMES_PER_SECOND = 15;
const LAYERS: readonly LoopedLayer[] = [
  { width: 320, height: 240, bitrate: 150_000 },
  { width: 640, height: 480, bitrate: 600_000 },
];

export type LoopedStreams = { patientIds: readonly string[]; end: () => void };

/** Adds patients to a room and publishes each, in two layers that were encoded once: a whole ward at little cost. */
export async function publishLoops(
  server: HavenServer,
  roomId: string,
  count: number,
): Promise<LoopedStreams> {
  const layers: { layer: LoopedLayer; path: string }[] = [];
  for (const layer of LAYERS) {
    const path = await loopedClip(SYNTHETIC, layer, FRAMES_PER_SECOND, join(cacheFolder(), 'loops'));
    layers.push({ layer, path });
  }
  const tokens = await addPatients(server.dataDirectory, roomId, count);
  await patientsKnown(server, [...tokens.keys()]);
  const swarm = new Swarm();
  try {
    const outcomes = await swarm.add({
      role: 'publishers',
      server: server.url,
      framesPerSecond: FRAMES_PER_SECOND,
      answersKeyFrameRequests: true,
      streams: [...tokens].map(([patientId, token]) => ({ patientId, token, layers })),
    });
    const refused = outcomes.filter((outcome) => 'refused' in outcome);
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
  } catch (error) {
    swarm.end();
    throw error;
  }
  return { patientIds: [...tokens.keys()], end: () => swarm.end() };
}
