import type { GraphModel } from '@tensorflow/tfjs-converter';
import { tensor4d, type Tensor } from '@tensorflow/tfjs-core';
import type { Frame } from '../frame.ts';
import { overlap, type Box } from './box.ts';
import { sampleSquare } from './sample-square.ts';

const INPUT_SIZE = 256;
/** Two output grids, each cell with several anchors (Bazarevsky et al. 2019, back camera variant). */
const GRIDS = [
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 6 },
];
/** Box of four numbers and six key points of two. */
const NUMBERS_PER_BOX = 16;
/** Below this a candidate is not worth the mesh that has to confirm it. */
const MIN_SCORE = 0.4;
/** Two candidates that overlap more are the same face. */
const SAME_FACE_OVERLAP = 0.2;
/** A patient, those who care for them, and no more work than that on a crowd or on noise. */
const MAX_FACES = 4;

export type FaceCandidate = { box: Box; score: number };

function anchorCentres(stride: number, anchors: number): Float32Array {
  const cells = INPUT_SIZE / stride;
  const centres = new Float32Array(cells * cells * anchors * 2);
  let i = 0;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      for (let anchor = 0; anchor < anchors; anchor++) {
        centres[i++] = (column + 0.5) * stride;
        centres[i++] = (row + 0.5) * stride;
      }
    }
  }
  return centres;
}
const ANCHORS = GRIDS.map((grid) => anchorCentres(grid.stride, grid.anchors));

function outputOfShape(outputs: Tensor[], rows: number, columns: number): Float32Array {
  const output = outputs.find((tensor) => tensor.shape[1] === rows && tensor.shape[2] === columns);
  if (output === undefined) throw new Error(`The blazeface model has no output of ${rows} × ${columns}.`);
  return output.dataSync<'float32'>();
}

/** Short-range face detector: boxes of upright faces anywhere in the frame. */
export class Blazeface {
  readonly #model: GraphModel;
  readonly #input = new Float32Array(INPUT_SIZE * INPUT_SIZE * 3);

  constructor(model: GraphModel) {
    this.#model = model;
  }

  /** Faces by falling score, at most four. A candidate may be no face: confirm it with the mesh. */
  detect(frame: Frame): FaceCandidate[] {
    const side = Math.max(frame.width, frame.height);
    const square = { x: (frame.width - side) / 2, y: (frame.height - side) / 2, width: side, height: side };
    sampleSquare(frame, square, INPUT_SIZE, 1 / 127.5, -1, this.#input);
    const input = tensor4d(this.#input, [1, INPUT_SIZE, INPUT_SIZE, 3]);
    const result = this.#model.execute(input);
    const outputs = Array.isArray(result) ? result : [result];
    try {
      return strongest(decode(outputs, square));
    } finally {
      input.dispose();
      for (const output of outputs) output.dispose();
    }
  }
}

function decode(outputs: Tensor[], square: Box): FaceCandidate[] {
  const pixel = square.width / INPUT_SIZE;
  const candidates: FaceCandidate[] = [];
  for (const anchors of ANCHORS) {
    const count = anchors.length / 2;
    const scores = outputOfShape(outputs, count, 1);
    const boxes = outputOfShape(outputs, count, NUMBERS_PER_BOX);
    for (let i = 0; i < count; i++) {
      const score = 1 / (1 + Math.exp(-scores[i]));
      if (score < MIN_SCORE) continue;
      const at = i * NUMBERS_PER_BOX;
      const width = boxes[at + 2] * pixel;
      const height = boxes[at + 3] * pixel;
      const x = square.x + (anchors[2 * i] + boxes[at]) * pixel - width / 2;
      const y = square.y + (anchors[2 * i + 1] + boxes[at + 1]) * pixel - height / 2;
      candidates.push({ box: { x, y, width, height }, score });
    }
  }
  return candidates;
}

function strongest(candidates: FaceCandidate[]): FaceCandidate[] {
  const kept: FaceCandidate[] = [];
  for (const candidate of candidates.sort((a, b) => b.score - a.score)) {
    if (kept.some((other) => overlap(other.box, candidate.box) > SAME_FACE_OVERLAP)) continue;
    kept.push(candidate);
    if (kept.length === MAX_FACES) break;
  }
  return kept;
}
