/** The module that an analysis thread runs. */
import { memory } from '@tensorflow/tfjs-core';
import { Analyzer } from '../analyzer.ts';
import { parseTensorBackend } from '../face/backend.ts';
import { TensorFaceDetector, type FaceDetector } from '../face/detector.ts';
import { frameBytes } from '../frame.ts';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH } from '../tap/ffmpeg.ts';
import { serveAnalysis } from './thread-runtime.ts';

await serveAnalysis(async () => {
  const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));
  warmUp(detector);
  return { create: (mode) => new Analyzer({ detector, mode }), tensors: () => memory().numTensors };
});

/** The first run of each model takes many times as long as the others: better now than with a patient's frame. */
function warmUp(detector: FaceDetector): void {
  const [width, height] = [MAX_FRAME_WIDTH, MAX_FRAME_HEIGHT];
  const pixels = new Uint8Array(frameBytes(width, height));
  const frame = { timeMs: 0, width, height, pixels, discontinuity: true };
  detector.detect(frame);
  detector.fitMesh(frame, { x: 0, y: 0, width, height });
}
