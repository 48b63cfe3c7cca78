import type { AnalysisMode, Assignment, TechnicalCondition } from '@haven/protocol';
import type { Stream } from '../sfu/stream.ts';
import type { Tap } from '../sfu/tap.ts';

/** A CV worker as the coordinator sees it. */
export interface AnalysisWorker {
  /** Streams it takes at most. */
  readonly capacity: number;
  assign(assignment: Assignment): void;
  unassign(assignment: Assignment): void;
  /** Whether the patient has an active alert. */
  prioritise(assignment: Assignment, inAlert: boolean): void;
}

/** A live stream and who analyses it. */
export type Analysis = {
  readonly stream: Stream;
  /** What is measured; undefined until that is known: nothing is decoded against somebody's will. */
  mode: AnalysisMode | undefined;
  /** When observations were last accepted, ms since the epoch; at first when the stream went live. */
  observedAt: number;
  /** What the present assignment's worker reported. */
  readonly conditions: Set<TechnicalCondition>;
  held: Held | null;
  /** The patient has an active alert: the worker keeps this stream's frame rate longest. */
  inAlert: boolean;
  /** Pictures a second that the worker analyses, while fewer than usual. */
  reducedFrameRate: number | undefined;
};
export type Held = {
  readonly worker: AnalysisWorker;
  readonly assignment: Assignment;
  tap: Tap | null;
  /** Counts `tap:open`: of several at a time the last one stands. */
  opened: number;
};

export function isHeld(analysis: Analysis): analysis is Analysis & { held: Held } {
  return analysis.held !== null;
}
