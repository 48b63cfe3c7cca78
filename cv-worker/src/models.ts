import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Graph models of the package @vladmandic/human (MIT). */
export type ModelName = 'blazeface' | 'facemesh' | 'movenet-lightning';

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.enum(['float32', 'int32', 'bool', 'string', 'complex64']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});
const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  signature: z.record(z.string(), z.unknown()).optional(),
  weightsManifest: z.array(z.object({ weights: z.array(weightSchema) })),
});

function modelFolder(): string {
  // The package exports its code only: the models are found beside it.
  const entry = createRequire(import.meta.url).resolve('@vladmandic/human');
  return join(dirname(entry), '..', 'models');
}

/** Loads a model from its files; the tensor backend must be ready. */
export async function loadModel(name: ModelName): Promise<GraphModel> {
  const folder = modelFolder();
  const [description, weights] = await Promise.all([
    readFile(join(folder, `${name}.json`), 'utf8'),
    readFile(join(folder, `${name}.bin`)),
  ]);
  const model = modelSchema.parse(JSON.parse(description));
  const weightData = new ArrayBuffer(weights.byteLength);
  new Uint8Array(weightData).set(weights);
  return loadGraphModel(
    io.fromMemory({
      modelTopology: model.modelTopology,
      weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
      weightData,
      ...(model.format === undefined ? {} : { format: model.format }),
      ...(model.signature === undefined ? {} : { signature: model.signature }),
    }),
  );
}
