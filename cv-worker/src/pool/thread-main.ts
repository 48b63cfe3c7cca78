/** The module that an analysis thread runs. */
import { memory } from '@tensorflow/tfjs-core';
import { Analyzer } from '../analyzer.ts';
import { parseTensorBackend } from '../face/backend.ts';
import { TensorFaceDetector, type FaceDetector } from '../face/detector.ts';
import { frameBytes, type Frame } from '../frame.ts';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH } from '../tap/ffmpeg.ts';
import { isFallExperimentOn } from '../presence/fall/fall-experiment.ts';
import { Movenet, paced, type PoseEstimator } from '../presence/fall/movenet.ts';
import { serveAnalysis } from './thread-runtime.ts';

/** Poses for falls, an experiment, take at most an eighth of a thread: 30 ms of each 250. */
const POSE_INTERVAL_MS = 250;

await serveAnalysis(async () => {
  const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));
  warmUp(detector);
  const pose = await loadPose();
  return { create: (mode) => new Analyzer({ detector, mode, pose }), tensors: () => memory().numTensors };
});

async function loadPose(): Promise<PoseEstimator | undefined> {
  if (!isFallExperimentOn(process.env.HAVEN_CV_FALL_EXPERIMENT)) return undefined;
  const movenet = await Movenet.load();
  movenet.estimate(blankFrame());
  return paced(
    (frame) => movenet.estimate(frame),
    POSE_INTERVAL_MS,
    () => performance.now(),
  );
}

/** The first run of each model takes many times as long as the others: better now than with a patient's frame. */
function warmUp(detector: FaceDetector): void {
  const frame = blankFrame();
  detector.detect(frame);
  detector.fitMesh(frame, { x: 0, y: 0, width: frame.width, height: frame.height });
}

function blankFrame(): Frame {
  const [width, height] = [MAX_FRAME_WIDTH, MAX_FRAME_HEIGHT];
  return { timeMs: 0, width, height, pixels: new Uint8Array(frameBytes(width, height)), discontinuity: true };
}
