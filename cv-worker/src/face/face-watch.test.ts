import { describe, expect, test } from '@jest/globals';
import { thumbnail } from '../motion/thumbnail.ts';
import { FaceWatch } from './face-watch.ts';
import {
  KnowingDetector,
  paint,
  SCENE_HEIGHT,
  SCENE_WIDTH,
  type PaintedFace,
} from './testing/painted-scene.ts';

const PATIENT: PaintedFace = { x: 110, y: 60, width: 90, height: 110 };
const BESIDE: PaintedFace = { x: 190, y: 60, width: 80, height: 100, person: 1 };
const FAR_AWAY: PaintedFace = { x: 5, y: 5, width: 40, height: 45, person: 1 };
const FRAMES_A_SECOND = 8;
const FRAME_MS = 1000 / FRAMES_A_SECOND;

class Watched {
  readonly detector = new KnowingDetector();
  readonly watch = new FaceWatch(this.detector);
  now = 0;

  /** Shows these faces in one picture. @returns the reason after it */
  showOnce(...faces: PaintedFace[]): string | null {
    this.detector.faces = faces;
    this.now += FRAME_MS;
    const frame = paint(faces, this.now);
    this.watch.update(frame, thumbnail(frame));
    return this.watch.reason;
  }

  /** Shows these faces for some seconds. @returns the reasons at the end of each second */
  show(seconds: number, ...faces: PaintedFace[]): (string | null)[] {
    const reasons: (string | null)[] = [];
    for (let frame = 1; frame <= seconds * FRAMES_A_SECOND; frame++) {
      const reason = this.showOnce(...faces);
      if (frame % FRAMES_A_SECOND === 0) reasons.push(reason);
    }
    return reasons;
  }
}
const nearly = (box: ReturnType<typeof boxOf>) => ({
  ...box,
  x: expect.closeTo(box.x, 0),
  y: expect.closeTo(box.y, 0),
});
const boxOf = ({ x, y, width, height }: PaintedFace) => ({ x, y, width, height });

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
    expect(watched.watch.faces).toEqual([nearly(boxOf(PATIENT))]);
  });

  test('goes on measuring the patient when someone stands far away, who is seen', () => {
    const watched = new Watched();
    watched.show(10, PATIENT);
    expect(watched.show(10, PATIENT, FAR_AWAY).every((reason) => reason === null)).toBe(true);
    expect(watched.watch.faces).toEqual([PATIENT, FAR_AWAY].map((face) => nearly(boxOf(face))));
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
    expect(new Watched().show(2, { x: 150, y: 100, width: 14, height: 16 }).at(-1)).toBe('too-far');
  });

  test('asks the networks rarely while nothing changes', () => {
    const watched = new Watched();
    watched.show(11, PATIENT);
    const { detections, meshes } = watched.detector;
    watched.show(60, PATIENT);
    expect(watched.detector.detections - detections).toBeLessThanOrEqual(7);
    expect(watched.detector.meshes - meshes).toBeLessThanOrEqual(22);
  });

  test('asks for the mesh about once a second while the head moves, and follows it in between', () => {
    const watched = new Watched();
    watched.show(11, PATIENT);
    const { meshes } = watched.detector;
    for (let frame = 0; frame < 150; frame++) {
      const x = PATIENT.x + Math.round(30 * Math.sin(frame / 12));
      expect(watched.showOnce({ ...PATIENT, x })).toBeNull();
      expect(Math.abs((watched.watch.box?.x ?? 0) - x)).toBeLessThan(2);
    }
    expect(watched.detector.meshes - meshes).toBeGreaterThan(4);
    expect(watched.detector.meshes - meshes).toBeLessThan(16);
  });

  test('looks for other faces at once when something comes beside the patient', () => {
    const watched = new Watched();
    watched.show(15, PATIENT);
    const { detections } = watched.detector;
    watched.showOnce(PATIENT, { x: 280, y: 20, width: 50, height: 120, person: 1 });
    expect(watched.detector.detections).toBe(detections + 1);
  });

  test('never takes a face that moves over the patient’s for the patient’s', () => {
    const watched = new Watched();
    watched.show(15, PATIENT);
    const visitor = (x: number) => ({ ...PATIENT, x, person: 1 });
    // Over the patient's face within half a second.
    for (let x = 330; x > PATIENT.x; x -= 30) watched.showOnce(PATIENT, visitor(x));
    const reasons = watched.show(60, PATIENT, visitor(PATIENT.x));
    expect(reasons.slice(2).every((reason) => reason !== null)).toBe(true);
    expect(watched.show(14, PATIENT).at(-1)).toBeNull();
  });

  test('takes another face for the patient’s only after two minutes', () => {
    const watched = new Watched();
    watched.show(15, PATIENT);
    const reasons = watched.show(130, { ...PATIENT, person: 1 });
    expect(reasons.slice(0, 119)).toEqual(Array.from({ length: 119 }, () => 'new-face'));
    expect(reasons.at(-1)).toBeNull();
  });

  test('knows the patient in another part or size of the camera’s picture', () => {
    const watched = new Watched();
    watched.show(12, PATIENT);
    watched.watch.reframe({ scaleX: 2, scaleY: 2, x: -SCENE_WIDTH / 2, y: -SCENE_HEIGHT / 4 });
    const near = { x: 60, y: 60, width: 180, height: 220 };
    expect(watched.show(3, near)).toEqual([null, null, null]);
    expect(watched.watch.box).toEqual(nearly(near));
  });
});
