/** A process that publishes many loops at once. Its parent tells it which, and hears when all are on the air. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { temporalPatternFor } from '../../../device/src/encoder/temporal-pattern.ts';
import type { EncodedFrame } from '../../../device/src/media/frame.ts';
import { LOOP_SECONDS, readLoop } from './looped-clip.ts';
import { LoopedDevice } from './looped-device.ts';

/** How often it looks for frames that are due, ms: a camera's jitter. */
const TICK_MS = 4;
const REPORT_INTERVAL_MS = 500;
/** Between two streams that begin, ms: not all key frames at once, and not all seconds together. */
const STAGGER_MS = 137;

export const planSchema = z.object({
  server: z.string(),
  framesPerSecond: z.number(),
  streams: z.array(
    z.object({
      patientId: z.string(),
      token: z.string(),
      layers: z.array(
        z.object({
          layer: z.object({ width: z.number(), height: z.number(), bitrate: z.number() }),
          path: z.string(),
        }),
      ),
    }),
  ),
});
export type Plan = z.infer<typeof planSchema>;

const loops = new Map<string, Promise<EncodedFrame[]>>();

async function loadLayers(plan: Plan, layers: Plan['streams'][number]['layers']) {
  return Promise.all(
    layers.map(async ({ layer, path }) => {
      const loop = loops.get(path) ?? readLoop(path, plan.framesPerSecond);
      loops.set(path, loop);
      return { layer, frames: await loop };
    }),
  );
}

async function run(plan: Plan): Promise<void> {
  const devices: LoopedDevice[] = [];
  const { scalabilityMode } = temporalPatternFor(plan.framesPerSecond);
  setInterval(() => {
    const now = performance.now();
    for (const device of devices) device.play(now);
  }, TICK_MS);
  setInterval(() => {
    for (const device of devices) device.report(performance.now());
  }, REPORT_INTERVAL_MS);
  for (const { patientId, token, layers } of plan.streams) {
    devices.push(
      await LoopedDevice.publish({
        server: plan.server,
        patientId,
        token,
        scalabilityMode,
        layers: await loadLayers(plan, layers),
        loopMs: 1000 * LOOP_SECONDS,
        onLost: (why) => process.stderr.write(`the stream of ${patientId} was lost: ${why}\n`),
      }),
    );
    await sleep(STAGGER_MS);
  }
  process.send?.('on air');
}

process.once('message', (message) => {
  run(planSchema.parse(message)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
});
// Nobody is left to measure.
process.once('disconnect', () => process.exit(0));
