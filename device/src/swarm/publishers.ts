import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError } from '@haven/protocol';
import { temporalPatternFor } from '../encoder/temporal-pattern.ts';
import type { EncodedFrame } from '../media/frame.ts';
import { LOOP_SECONDS, readLoop } from './looped-clip.ts';
import type { Outcome, PublisherFigures, PublishersPlan } from './plan.ts';
import { SwarmPublisher } from './swarm-publisher.ts';

/** How often it looks for frames that are due, ms: a camera's jitter. One timer serves all. */
const TICK_MS = 4;
const REPORT_INTERVAL_MS = 500;
/** Between two streams that begin, ms: not all key frames at once, and not all seconds together. */
const STAGGER_MS = 137;

/** Many devices in one process. */
export class Publishers {
  readonly #publishers: SwarmPublisher[] = [];
  #playing = true;
  readonly #loops = new Map<string, Promise<EncodedFrame[]>>();

  async begin(plan: PublishersPlan): Promise<Outcome[]> {
    const { scalabilityMode } = temporalPatternFor(plan.framesPerSecond);
    setInterval(() => {
      const now = performance.now();
      if (this.#playing) for (const { device } of this.#publishers) device?.play(now);
    }, TICK_MS);
    setInterval(() => {
      for (const { device } of this.#publishers) device?.report(performance.now());
    }, REPORT_INTERVAL_MS);
    const outcomes: Outcome[] = [];
    for (const { patientId, token, layers } of plan.streams) {
      const beganAt = performance.now();
      try {
        const publisher = await SwarmPublisher.begin({
          server: plan.server,
          patientId,
          token,
          scalabilityMode,
          layers: await this.#load(layers, plan.framesPerSecond),
          loopMs: 1000 * LOOP_SECONDS,
          answersKeyFrameRequests: plan.answersKeyFrameRequests,
        });
        this.#publishers.push(publisher);
        outcomes.push({ joinedMs: performance.now() - beganAt });
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        outcomes.push({ refused: error.code });
      }
      await sleep(STAGGER_MS);
    }
    return outcomes;
  }

  play(playing: boolean): void {
    this.#playing = playing;
    if (playing) for (const { device } of this.#publishers) device?.resume(performance.now());
  }

  take(): PublisherFigures[] {
    return this.#publishers.map((publisher) => publisher.take());
  }

  /** Loops that several play are read once. */
  async #load(layers: PublishersPlan['streams'][number]['layers'], framesPerSecond: number) {
    return await Promise.all(
      layers.map(async ({ layer, path }) => {
        const loop = this.#loops.get(path) ?? readLoop(path, framesPerSecond);
        this.#loops.set(path, loop);
        return { layer, frames: await loop };
      }),
    );
  }
}
