import { z } from 'zod';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { TapFrame } from '../tap/tap.ts';

/** To an analysis thread. Streams are named by their assignment. */
export type ToThread =
  | { type: 'open'; stream: string }
  | { type: 'close'; stream: string }
  /** The frame's buffer is transferred; it comes back with `analysed`. */
  | { type: 'frame'; stream: string; frame: TapFrame };

/** From an analysis thread. */
export type FromThread =
  /** The models are loaded. */
  | { type: 'ready' }
  | { type: 'analysed'; stream: string; pixels: Uint8Array<ArrayBuffer> }
  | { type: 'output'; stream: string; output: AnalyzerOutput }
  /** The stream's analyzer threw and was replaced by a new one. */
  | { type: 'failed'; stream: string; message: string };

/** What a thread is started with: a counter that it raises as long as its event loop turns. */
export const threadDataSchema = z.object({ heartbeat: z.instanceof(SharedArrayBuffer) });
export type ThreadData = z.infer<typeof threadDataSchema>;

/** How often a thread raises its counter, ms. */
export const HEARTBEAT_INTERVAL_MS = 250;
