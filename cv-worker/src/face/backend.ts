import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

export const TENSOR_BACKENDS = ['wasm', 'node'] as const;
export type TensorBackend = (typeof TENSOR_BACKENDS)[number];

const NATIVE_BACKEND_PACKAGE = '@tensorflow/tfjs-node';

/** A setting that does not fit; the message is a sentence that names it. */
export class BackendSettingError extends Error {
  override readonly name = 'BackendSettingError';
}

/** Reads the setting HAVEN_TFJS_BACKEND. @throws BackendSettingError */
export function parseTensorBackend(setting: string | undefined): TensorBackend {
  const backend = TENSOR_BACKENDS.find((name) => name === (setting ?? 'wasm'));
  if (backend === undefined) {
    throw new BackendSettingError(`HAVEN_TFJS_BACKEND must be one of ${TENSOR_BACKENDS.join(', ')}.`);
  }
  return backend;
}

/**
 * Makes tfjs ready in this thread. `node` needs the optional package @tensorflow/tfjs-node.
 *
 * @throws BackendSettingError when that is not installed
 */
export async function startTensorBackend(backend: TensorBackend): Promise<void> {
  if (backend === 'wasm') {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(entry) + sep);
    // Streams are spread over worker threads; more threads inside one model would only compete with them.
    setThreadsCount(1);
    await setBackend('wasm');
  } else {
    try {
      await import(NATIVE_BACKEND_PACKAGE);
    } catch (error) {
      throw new BackendSettingError(`HAVEN_TFJS_BACKEND=node needs the package ${NATIVE_BACKEND_PACKAGE}.`, {
        cause: error,
      });
    }
    await setBackend('tensorflow');
  }
  await ready();
}
