import type { GraphModel } from '@tensorflow/tfjs-converter';
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Frame } from '../frame.ts';
import { squareAround, type Box } from './box.ts';
import { sampleSquare } from './sample-square.ts';

const INPUT_SIZE = 192;
export const MESH_POINTS = 468;
/** The model expects the face with a margin: a quarter more on each side (Kartynnik et al. 2019), a little wider. */
const CROP_SCALE = 1.4;

/** 468 points of a face. */
export type FaceMesh = {
  /** How sure the model is that there is a face at all, 0–1. */
  confidence: number;
  /** x, y of each point in pixels of the frame. */
  points: Float32Array;
  /** The smallest box about the points. */
  box: Box;
};

/** Fits the face mesh of Kartynnik et al. 2019 into a box where a face is presumed. */
export class Facemesh {
  readonly #model: GraphModel;
  readonly #input = new Float32Array(INPUT_SIZE * INPUT_SIZE * 3);

  constructor(model: GraphModel) {
    this.#model = model;
  }

  fit(frame: Frame, presumed: Box): FaceMesh {
    const square = squareAround(presumed, CROP_SCALE);
    sampleSquare(frame, square, INPUT_SIZE, 1 / 255, 0, this.#input);
    const input = tensor4d(this.#input, [1, INPUT_SIZE, INPUT_SIZE, 3]);
    const result = this.#model.execute(input);
    const outputs = Array.isArray(result) ? result : [result];
    try {
      const mesh = outputs.find((tensor) => tensor.size === MESH_POINTS * 3);
      const confidence = outputs.find((tensor) => tensor.size === 1);
      if (mesh === undefined || confidence === undefined) {
        throw new Error('The facemesh model has no output for points or confidence.');
      }
      return {
        confidence: confidence.dataSync<'float32'>()[0],
        ...toFrame(mesh.dataSync<'float32'>(), square),
      };
    } finally {
      input.dispose();
      for (const output of outputs) output.dispose();
    }
  }
}

function toFrame(xyz: Float32Array, square: Box): Pick<FaceMesh, 'points' | 'box'> {
  const pixel = square.width / INPUT_SIZE;
  const points = new Float32Array(MESH_POINTS * 2);
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < MESH_POINTS; i++) {
    const x = square.x + xyz[3 * i] * pixel;
    const y = square.y + xyz[3 * i + 1] * pixel;
    points[2 * i] = x;
    points[2 * i + 1] = y;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { points, box: { x: left, y: top, width: right - left, height: bottom - top } };
}
