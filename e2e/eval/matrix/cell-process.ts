/** Measures the cells that its parent names, one after the other: networks load once, and each core has one. */
import { parseTensorBackend } from '../../../cv-worker/src/face/backend.ts';
import { TensorFaceDetector } from '../../../cv-worker/src/face/detector.ts';
import { clipCellSchema } from './clip.ts';
import { measureCell } from './measure.ts';
import { ResultStore } from './results.ts';

const [cache, version] = process.argv.slice(2);
const store = new ResultStore(cache, version);
const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));

async function measure(message: unknown): Promise<string | null> {
  try {
    const cell = clipCellSchema.parse(message);
    await store.write(cell, await measureCell(cell, detector, cache));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

process.on('message', (message) => {
  void measure(message).then((failure) => process.send?.({ failure }));
});
process.on('disconnect', () => process.exit());
