import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import type { Box } from './box.ts';
import type { FaceDetector } from './detector.ts';
import { MESH_POINTS, type FaceMesh } from './facemesh.ts';
import { overlap } from './box.ts';
import { FaceWatch } from './face-watch.ts';

const PATIENT: Box = { x: 110, y: 60, width: 90, height: 110 };
const BESIDE: Box = { x: 190, y: 60, width: 80, height: 100 };
const FAR_AWAY: Box = { x: 5, y: 5, width: 40, height: 45 };

function meshIn(box: Box): FaceMesh {
  return { confidence: 1, points: new Float32Array(MESH_POINTS * 2), box };
}

/** A scene in which each face is where it is put. */
class Scene implements FaceDetector {
  faces: Box[] = [];
  detections = 0;

  detect = () => {
    this.detections++;
    return this.faces.map((box) => ({ box, score: 0.9 }));
  };
  fitMesh = (_frame: Frame, presumed: Box) => {
    const face = this.faces.find((box) => overlap(box, presumed) > 0.3);
    return face === undefined ? null : meshIn(face);
  };
}

class Watched {
  readonly scene = new Scene();
  readonly watch = new FaceWatch(this.scene);
  #now = 0;

  /** Shows these faces for some seconds, 15 frames in each. @returns the reasons at the end of each second */
  show(seconds: number, ...faces: Box[]): (string | null)[] {
    this.scene.faces = faces;
    const reasons: (string | null)[] = [];
    for (let frame = 1; frame <= seconds * 15; frame++) {
      this.#now += 1000 / 15;
      this.watch.update({
        timeMs: this.#now,
        width: 320,
        height: 240,
        pixels: new Uint8Array(0),
        discontinuity: false,
      });
      if (frame % 15 === 0) reasons.push(this.watch.reason);
    }
    return reasons;
  }
}

describe('watching the patient’s face', () => {
  test('measures the very first face at once', () => {
    expect(new Watched().show(3, PATIENT)).toEqual([null, null, null]);
  });

  test('says after a moment that there is no face', () => {
    expect(new Watched().show(3)).toEqual(['starting', 'no-face', 'no-face']);
  });

  test('withholds within three seconds when the face is gone', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    expect(watched.show(3)[2]).toBe('no-face');
    expect(watched.watch.faces).toEqual([]);
  });

  test('bridges a moment in which the face is turned away', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    watched.show(1);
    expect(watched.show(5, PATIENT)).toEqual([null, null, null, null, null]);
  });

  test('makes sure of whoever comes back for ten seconds', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    watched.show(8);
    const reasons = watched.show(14, PATIENT);
    expect(reasons.slice(1, 10)).toEqual(Array.from({ length: 9 }, () => 'new-face'));
    expect(reasons.slice(12)).toEqual([null, null]);
  });

  test('says nothing while another face is by the patient’s, nor for ten seconds afterwards', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    const beside = watched.show(6, PATIENT, BESIDE);
    expect(beside.slice(2)).toEqual(['several-faces', 'several-faces', 'several-faces', 'several-faces']);
    const after = watched.show(15, PATIENT);
    expect(after.slice(2, 9).every((reason) => reason === 'new-face')).toBe(true);
    expect(after.at(-1)).toBeNull();
    expect(watched.watch.faces).toEqual([PATIENT]);
  });

  test('goes on measuring the patient when someone stands far away, who is seen', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    expect(watched.show(10, PATIENT, FAR_AWAY).every((reason) => reason === null)).toBe(true);
    expect(watched.watch.faces).toEqual([PATIENT, FAR_AWAY]);
  });

  test('makes sure when the face is suddenly elsewhere', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    const reasons = watched.show(14, { ...PATIENT, x: 10 });
    expect(reasons[1]).toBe('new-face');
    expect(reasons.at(-1)).toBeNull();
  });

  test('does not choose between faces of the same size', () => {
    expect(new Watched().show(3, PATIENT, { ...PATIENT, x: 220 }).at(-1)).toBe('several-faces');
  });

  test('says when the face is too small to measure', () => {
    expect(new Watched().show(2, { x: 150, y: 100, width: 28, height: 32 }).at(-1)).toBe('too-far');
  });

  test('looks for other faces every other second only', () => {
    const watched = new Watched();
    watched.show(20, PATIENT);
    expect(watched.scene.detections).toBeLessThanOrEqual(11);
  });
});
