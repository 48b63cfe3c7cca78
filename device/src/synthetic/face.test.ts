import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { TensorFaceDetector } from '../../../cv-worker/src/face/detector.ts';
import { parseSyntheticParameters } from './parameters.ts';
import { SyntheticPatient } from './patient.ts';

const WIDTH = 320;
const HEIGHT = 240;

/** Drawing a pose takes a second or two, and longer beside other suites on a small machine. */
jest.setTimeout(60_000);

describe('the face of a synthetic patient', () => {
  let detector: TensorFaceDetector;

  beforeAll(async () => {
    detector = await TensorFaceDetector.load('wasm');
  });

  afterAll(() => detector.close());

  test.each([
    'tone=light,seed=0',
    'tone=light,seed=1,yaw=20',
    'tone=medium,seed=2,light=side',
    'tone=medium,seed=3,yaw=-20',
    'tone=dark,seed=4,light=dim',
    'tone=monk10,seed=5,yaw=20,motion=turn',
  ])('is found by the detector that the product uses: %s', async (text) => {
    const patient = await SyntheticPatient.create(parseSyntheticParameters(text), {
      width: WIDTH,
      height: HEIGHT,
    });
    const pixels = patient.frame(1);
    const frame = { timeMs: 0, width: WIDTH, height: HEIGHT, pixels, discontinuity: false };
    const [face] = detector.detect(frame);
    expect(face.score).toBeGreaterThan(0.75);
    const mesh = detector.fitMesh(frame, face.box);
    expect(mesh?.confidence).toBeGreaterThanOrEqual(0.9);
  });
});
