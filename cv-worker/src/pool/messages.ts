import type { Assignment } from '@haven/protocol';
import { z } from 'zod';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { FacePlace } from '../pace/layer-choice.ts';
import type { TapFrame } from '../tap/frame-gate.ts';

/** What is measured of a stream. */
export type AnalysedMode = Assignment['mode'];

/** What a thread uses: heap and what hangs on it, WebAssembly's memory among it, bytes; and tensors. */
export type ThreadUsage = { heapBytes: number; externalBytes: number; tensors: number };

/** To an analysis thread. Streams are named by their assignment. */
export type ToThread =
  | { type: 'open'; stream: string; mode: AnalysedMode }
  | { type: 'close'; stream: string }
  /** The frame's buffer is transferred; it comes back with `analysed`. */
  | { type: 'frame'; stream: string; frame: TapFrame };

/** From an analysis thread. */
export type FromThread =
  /** The models are loaded. */
  | { type: 'ready' }
  | { type: 'analysed'; stream: string; pixels: Uint8Array<ArrayBuffer> }
  /** `face`: the patient's, of outputs with vitals; null when there is none. */
  | { type: 'output'; stream: string; output: AnalyzerOutput; face: FacePlace | null }
  /** Once a second. */
  | { type: 'usage'; usage: ThreadUsage }
  /** The stream's analyzer threw and was replaced by a new one. */
  | { type: 'failed'; stream: string; message: string };

/** What a thread is started with: a counter that it raises as long as its event loop turns. */
export const threadDataSchema = z.object({ heartbeat: z.instanceof(SharedArrayBuffer) });
export type ThreadData = z.infer<typeof threadDataSchema>;

/** How often a thread raises its counter, ms. */
export const HEARTBEAT_INTERVAL_MS = 250;
