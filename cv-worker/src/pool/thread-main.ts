/** The module that an analysis thread runs. */
import { Analyzer } from '../analyzer.ts';
import { parseTensorBackend } from '../face/backend.ts';
import { TensorFaceDetector } from '../face/detector.ts';
import { serveAnalysis } from './thread-runtime.ts';

await serveAnalysis(async () => {
  const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));
  return () => new Analyzer({ detector });
});
