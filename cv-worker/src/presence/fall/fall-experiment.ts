import type { Frame } from '../../frame.ts';
import type { PresenceEvent } from '../event.ts';
import { FallWatch } from './fall-watch.ts';
import type { PoseEstimator } from './movenet.ts';
import { torsoOf } from './pose.ts';

/** Poses of a stream are taken at most so often, ms. */
const POSE_INTERVAL_MS = 500;
/** Movement (0–1) of somebody who could be falling. */
const STRONG_MOVEMENT = 0.25;
/** Poses go on for this long after strong movement: whoever has fallen lies still, ms. */
const AFTERWARDS_MS = 6000;

/** Whether the experiment is switched on: the setting HAVEN_CV_FALL_EXPERIMENT. */
export function isFallExperimentOn(setting: string | undefined): boolean {
  return setting === '1';
}

/** Looks for falls by pose where there is strong movement, or has just been. */
export class FallExperiment {
  readonly #estimate: PoseEstimator;
  readonly #watch = new FallWatch();
  #nextAt = -Infinity;
  #movedAt = -Infinity;

  constructor(estimate: PoseEstimator) {
    this.#estimate = estimate;
  }

  /**
   * @param motionLevel movement about the patient, 0–1
   * @param isInBed whether a point, in shares of the picture, is at the patient's place
   */
  update(frame: Frame, motionLevel: number, isInBed: (x: number, y: number) => boolean): PresenceEvent[] {
    const atMs = frame.timeMs;
    if (motionLevel >= STRONG_MOVEMENT) this.#movedAt = atMs;
    const wanted = atMs - this.#movedAt <= AFTERWARDS_MS || this.#watch.isSuspicious;
    if (!wanted || atMs < this.#nextAt) return [];
    const pose = this.#estimate(frame);
    if (pose === null) return [];
    this.#nextAt = atMs + POSE_INTERVAL_MS;
    const torso = torsoOf(pose);
    if (torso === null) return [];
    return this.#watch.add(atMs, torso, isInBed((torso.x * frame.height) / frame.width, torso.y));
  }
}
