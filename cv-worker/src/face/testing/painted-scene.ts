import type { Frame } from '../../frame.ts';
import { lumaPicture } from '../../testing/frames.ts';
import { overlap, type Box } from '../box.ts';
import type { FaceDetector } from '../detector.ts';
import { MESH_POINTS, type FaceMesh } from '../facemesh.ts';

const { cos, floor, max, min } = Math;

export const SCENE_WIDTH = 320;
export const SCENE_HEIGHT = 240;

/** A face that is painted; each person looks different. */
export type PaintedFace = Box & { person?: number };

const TEXTURE = 64;
/** Smooth light and dark, as of brows, eyes and cheeks, of one person. */
function textureOf(person: number): Uint8Array {
  const texture = new Uint8Array(TEXTURE * TEXTURE);
  for (let y = 0; y < TEXTURE; y++) {
    for (let x = 0; x < TEXTURE; x++) {
      const across = cos(x * (0.31 + 0.05 * person) + person) + cos(x * 0.13 - 2 * person);
      const down = cos(y * (0.27 - 0.03 * person) + 2 * person) + cos((x + y) * 0.2 + person);
      texture[y * TEXTURE + x] = 120 + 22 * across + 20 * down;
    }
  }
  return texture;
}
const textures = [0, 1, 2].map(textureOf);

const room = lumaPicture(
  SCENE_WIDTH,
  SCENE_HEIGHT,
  (x, y) => 70 + 0.2 * x + (floor(x / 40) % 2 === floor(y / 60) % 2 ? 25 : 0),
);

/** A picture of a room with these faces; the later ones are in front. */
export function paint(faces: readonly PaintedFace[], timeMs = 0): Frame {
  const pixels = Uint8Array.from(room.pixels);
  for (const face of faces) {
    const texture = textures[face.person ?? 0];
    for (let y = max(0, floor(face.y)); y < min(SCENE_HEIGHT, face.y + face.height); y++) {
      const row = min(TEXTURE - 1, floor(((y - face.y) / face.height) * TEXTURE)) * TEXTURE;
      for (let x = max(0, floor(face.x)); x < min(SCENE_WIDTH, face.x + face.width); x++) {
        const column = max(0, min(TEXTURE - 1, floor(((x - face.x) / face.width) * TEXTURE)));
        pixels[y * SCENE_WIDTH + x] = texture[max(0, row) + column];
      }
    }
  }
  return { timeMs, width: SCENE_WIDTH, height: SCENE_HEIGHT, pixels, discontinuity: false };
}

/** Outer corners of the eyes among the mesh's points. */
const EYES = [33, 263];

/** The mesh of a face in the box; of its points only the eyes are where they belong. */
export function meshIn(box: Box): FaceMesh {
  const points = new Float32Array(MESH_POINTS * 2);
  EYES.forEach((point, side) => {
    points[2 * point] = box.x + (0.25 + 0.5 * side) * box.width;
    points[2 * point + 1] = box.y + 0.4 * box.height;
  });
  return { confidence: 1, points, box };
}

/** Networks that see each face that is put before them, unless a later one covers it. */
export class KnowingDetector implements FaceDetector {
  faces: readonly PaintedFace[] = [];
  detections = 0;
  meshes = 0;

  detect = () => {
    this.detections++;
    return this.#visible().map((box) => ({ box, score: 0.9 }));
  };

  fitMesh = (_frame: Frame, presumed: Box) => {
    this.meshes++;
    const face = this.#visible().find((box) => overlap(box, presumed) > 0.3);
    return face === undefined ? null : meshIn(face);
  };

  #visible(): Box[] {
    return this.faces
      .filter((face, i) => !this.faces.slice(i + 1).some((other) => overlap(face, other) > 0.3))
      .map(({ x, y, width, height }) => ({ x, y, width, height }));
  }
}
