import type { GraphModel } from '@tensorflow/tfjs-converter';
import { tensor4d } from '@tensorflow/tfjs-core';
import { sampleSquare } from '../../face/sample-square.ts';
import type { Frame } from '../../frame.ts';
import { loadModel } from '../../models.ts';
import { POSE_POINTS, type Pose } from './pose.ts';

const INPUT_SIZE = 192;

/** Finds the body of the most prominent person in a picture; null when it has no time for that now. */
export type PoseEstimator = (frame: Frame) => Pose | null;

/** MoveNet SinglePose Lightning (Votel and Li 2021), 192 × 192: about 30 ms a picture. */
export class Movenet {
  readonly #model: GraphModel;
  readonly #sampled = new Float32Array(INPUT_SIZE * INPUT_SIZE * 3);
  readonly #input = new Int32Array(INPUT_SIZE * INPUT_SIZE * 3);

  private constructor(model: GraphModel) {
    this.#model = model;
  }

  /** The tensor backend must be ready. */
  static async load(): Promise<Movenet> {
    return new Movenet(await loadModel('movenet-lightning'));
  }

  estimate(frame: Frame): Pose {
    const side = Math.max(frame.width, frame.height);
    const square = { x: (frame.width - side) / 2, y: (frame.height - side) / 2, width: side, height: side };
    sampleSquare(frame, square, INPUT_SIZE, 1, 0, this.#sampled);
    this.#input.set(this.#sampled);
    const input = tensor4d(this.#input, [1, INPUT_SIZE, INPUT_SIZE, 3], 'int32');
    const result = this.#model.execute(input);
    const outputs = Array.isArray(result) ? result : [result];
    try {
      const points = outputs.find((tensor) => tensor.size === POSE_POINTS * 3);
      if (points === undefined) throw new Error('The movenet model has no output for the points of a body.');
      return toShares(points.dataSync<'float32'>(), square, frame.height);
    } finally {
      input.dispose();
      for (const output of outputs) output.dispose();
    }
  }

  /** Frees the model. */
  close(): void {
    this.#model.dispose();
  }
}

/** The model gives y, x and score, in shares of the square. */
function toShares(
  yxScores: Float32Array,
  square: { x: number; y: number; width: number },
  height: number,
): Pose {
  const pose = new Float32Array(POSE_POINTS * 3);
  for (let at = 0; at < pose.length; at += 3) {
    pose[at] = (square.x + yxScores[at + 1] * square.width) / height;
    pose[at + 1] = (square.y + yxScores[at] * square.width) / height;
    pose[at + 2] = yxScores[at + 2];
  }
  return pose;
}

/** Bounds what poses cost a thread: no more than one in `intervalMs`, whichever stream asks. */
export function paced(
  estimate: (frame: Frame) => Pose,
  intervalMs: number,
  now: () => number,
): PoseEstimator {
  let last = -Infinity;
  return (frame) => {
    if (now() - last < intervalMs) return null;
    last = now();
    return estimate(frame);
  };
}
