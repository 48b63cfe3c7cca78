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

  test.each([0.5, 0.25, 0.1])('fills the share %f of the height that was asked for', async (share) => {
    // A small face needs the larger picture; drawing it takes four times as long.
    const size = share < 0.2 ? { width: 640, height: 480 } : { width: WIDTH, height: HEIGHT };
    const patient = await SyntheticPatient.create(
      parseSyntheticParameters(`face=${share},seed=2,motion=none`),
      size,
    );
    const frame = { timeMs: 0, ...size, pixels: patient.frame(0), discontinuity: false };
    const mesh = detector.fitMesh(frame, presumedBox(share, size));
    const rows = [TOP_OF_FOREHEAD, CHIN].map((point) => mesh?.points[2 * point + 1] ?? NaN);
    expect((rows[1] - rows[0]) / size.height / share).toBeGreaterThan(0.8);
    expect((rows[1] - rows[0]) / size.height / share).toBeLessThan(1.1);
  });
});

/** Points of the face mesh. */
const TOP_OF_FOREHEAD = 10;
const CHIN = 152;

/** About where the face is: the eyes are at 45 % of the height. */
function presumedBox(
  share: number,
  { width, height }: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  const side = share * height;
  return { x: width / 2 - 0.4 * side, y: 0.45 * height - 0.42 * side, width: 0.8 * side, height: side };
}
