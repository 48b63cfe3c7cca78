import type { Frame } from '../frame.ts';
import { loadModel } from '../models.ts';
import { startTensorBackend, type TensorBackend } from './backend.ts';
import { Blazeface, type FaceCandidate } from './blazeface.ts';
import type { Box } from './box.ts';
import { Facemesh, type FaceMesh } from './facemesh.ts';

/** Finds faces in single frames. Calls are synchronous: a thread analyses one frame at a time. */
export type FaceDetector = {
  /** Candidates by falling score; each needs a mesh to be believed. About 30 ms. */
  detect: (frame: Frame) => FaceCandidate[];
  /** The mesh of the face in the box, or null when the model does not see one there. About 10 ms. */
  fitMesh: (frame: Frame, presumed: Box) => FaceMesh | null;
};

/** A hairy oval without features scores 0.7 as a box and 0.0 as a mesh; real faces score above 0.9. */
export const MIN_MESH_CONFIDENCE = 0.8;

/** Blazeface and facemesh on tfjs. One a thread serves all its streams: it keeps nothing of a frame. */
export class TensorFaceDetector implements FaceDetector {
  readonly #blazeface: Blazeface;
  readonly #facemesh: Facemesh;
  readonly #release: () => void;

  private constructor(blazeface: Blazeface, facemesh: Facemesh, release: () => void) {
    this.#blazeface = blazeface;
    this.#facemesh = facemesh;
    this.#release = release;
  }

  static async load(backend: TensorBackend): Promise<TensorFaceDetector> {
    await startTensorBackend(backend);
    const [boxes, mesh] = await Promise.all([loadModel('blazeface'), loadModel('facemesh')]);
    return new TensorFaceDetector(new Blazeface(boxes), new Facemesh(mesh), () => {
      boxes.dispose();
      mesh.dispose();
    });
  }

  detect(frame: Frame): FaceCandidate[] {
    return this.#blazeface.detect(frame);
  }

  fitMesh(frame: Frame, presumed: Box): FaceMesh | null {
    const mesh = this.#facemesh.fit(frame, presumed);
    return mesh.confidence >= MIN_MESH_CONFIDENCE ? mesh : null;
  }

  /** Frees the models. */
  close(): void {
    this.#release();
  }
}
