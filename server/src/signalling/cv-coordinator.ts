import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  analysisModeSchema,
  HavenError,
  type AnalysisMode,
  type Assignment,
  type TechnicalCondition,
} from '@haven/protocol';
import type { Stream } from '../sfu/stream.ts';
import { isHeld, type Analysis, type AnalysisWorker, type Held } from './analysis.ts';

/** Without an accepted observation for this long, ms, the analysis of a stream counts as stopped. */
export const ANALYSIS_STOPPED_AFTER_MS = 10_000;

type CvCoordinatorEvents = {
  /** The analysis of a stream stopped (since `at`), or goes on. */
  stopped: [stream: Stream, stopped: boolean, at: number];
  /** What a stream's worker had reported and can no longer take back, since it lost the stream. */
  forgotten: [stream: Stream, conditions: ReadonlySet<TechnicalCondition>];
};

/**
 * Gives each live stream to the least loaded CV worker, and at once to another when that one goes. Each assignment
 * has a higher epoch than any before it, also over restarts, so that a worker which was cut off is known by its own.
 */
export class CvCoordinator extends EventEmitter<CvCoordinatorEvents> {
  readonly #clock: () => number;
  readonly #workers = new Map<AnalysisWorker, Set<Analysis>>();
  readonly #analyses = new Map<string, Analysis>();
  #lastEpoch = 0;

  constructor(clock: () => number) {
    super();
    this.#clock = clock;
  }

  get workers(): number {
    return this.#workers.size;
  }

  get unassigned(): number {
    return [...this.#analyses.values()].filter((analysis) => analysis.held === null && isWanted(analysis))
      .length;
  }

  /** How many live streams there are of each mode. */
  byMode(): { mode: AnalysisMode; streams: number }[] {
    const modes = [...this.#analyses.values()].map(({ mode }) => mode);
    return analysisModeSchema.options.map((mode) => ({
      mode,
      streams: modes.filter((other) => other === mode).length,
    }));
  }

  addStream(stream: Stream, mode: AnalysisMode | undefined): void {
    const observedAt = this.#clock();
    this.#analyses.set(stream.streamId, {
      stream,
      mode,
      observedAt,
      conditions: new Set(),
      held: null,
      inAlert: false,
      reducedFrameRate: undefined,
    });
    this.#assignWaiting();
  }

  removeStream(stream: Stream): void {
    const analysis = this.#analyses.get(stream.streamId);
    if (analysis === undefined) return;
    this.#analyses.delete(stream.streamId);
    const { held } = analysis;
    this.#release(analysis);
    held?.worker.unassign(held.assignment);
    this.#assignWaiting();
  }

  addWorker(worker: AnalysisWorker): void {
    this.#workers.set(worker, new Set());
    this.#assignWaiting();
  }

  removeWorker(worker: AnalysisWorker): void {
    const analyses = this.#workers.get(worker);
    if (analyses === undefined) return;
    this.#workers.delete(worker);
    for (const analysis of analyses) this.#release(analysis);
    this.#assignWaiting();
  }

  /**
   * The analysis that the worker holds under this assignment.
   * @throws HavenError STALE_EPOCH (the stream was given out anew), ASSIGNMENT_UNKNOWN
   */
  heldBy(worker: AnalysisWorker, assignmentId: string, epoch?: number): Analysis & { held: Held } {
    for (const analysis of this.#workers.get(worker) ?? []) {
      if (!isHeld(analysis) || analysis.held.assignment.assignmentId !== assignmentId) continue;
      if (epoch !== undefined && epoch !== analysis.held.assignment.epoch)
        throw new HavenError('STALE_EPOCH');
      return analysis;
    }
    throw new HavenError('ASSIGNMENT_UNKNOWN');
  }

  /** Something else is measured of the patient: the stream is given out anew, or (`off`) to nobody. */
  setMode(patientId: string, mode: AnalysisMode): void {
    for (const analysis of this.#analyses.values()) {
      if (analysis.stream.identity.patientId !== patientId || analysis.mode === mode) continue;
      analysis.mode = mode;
      analysis.observedAt = this.#clock();
      const { held } = analysis;
      this.#release(analysis);
      held?.worker.unassign(held.assignment);
    }
    this.#assignWaiting();
  }

  /** The stream's picture is paused, or goes on: nothing is decoded meanwhile, and its worker lets go of it. */
  setPrivacy(streamId: string): void {
    const analysis = this.#analyses.get(streamId);
    if (analysis === undefined) return;
    analysis.observedAt = this.#clock();
    const { held } = analysis;
    if (!isWanted(analysis)) {
      this.#release(analysis);
      held?.worker.unassign(held.assignment);
    }
    this.#assignWaiting();
  }

  /** Whether the patient of this stream has an active alert; a stream that is not analysed is passed over. */
  prioritise(streamId: string, inAlert: boolean): void {
    const analysis = this.#analyses.get(streamId);
    if (analysis === undefined || analysis.inAlert === inAlert) return;
    analysis.inAlert = inAlert;
    analysis.held?.worker.prioritise(analysis.held.assignment, inAlert);
  }

  /** @param reduced pictures a second, while the worker analyses fewer than usual of this assignment */
  setFrameRate(worker: AnalysisWorker, assignmentId: string, reduced: number | undefined): void {
    for (const analysis of this.#workers.get(worker) ?? []) {
      if (analysis.held?.assignment.assignmentId === assignmentId) analysis.reducedFrameRate = reduced;
    }
  }

  /** A stream that the worker analyses now. */
  streamOf(worker: AnalysisWorker, streamId: string): Stream | undefined {
    const analysis = this.#analyses.get(streamId);
    return analysis?.held?.worker === worker ? analysis.stream : undefined;
  }

  /** Who analyses a stream now. */
  heldOf(streamId: string): Held | undefined {
    return this.#analyses.get(streamId)?.held ?? undefined;
  }

  /** The epoch under which a stream is analysed now. */
  epochOf(streamId: string): number | undefined {
    return this.#analyses.get(streamId)?.held?.assignment.epoch;
  }

  /** Looks whether every stream is still analysed; called about once a second. */
  examine(): void {
    const now = this.#clock();
    for (const analysis of this.#analyses.values()) {
      const { stream, observedAt } = analysis;
      const stopped = isWanted(analysis) && now - observedAt >= ANALYSIS_STOPPED_AFTER_MS;
      if (stream.state.conditions.includes('analysis-stopped') !== stopped) {
        this.emit('stopped', stream, stopped, observedAt);
      }
    }
  }

  #assignWaiting(): void {
    for (const analysis of this.#analyses.values()) {
      const { held, mode } = analysis;
      if (held !== null || mode === undefined || mode === 'off' || analysis.stream.privacy !== null) continue;
      const worker = this.#leastLoaded();
      if (worker === undefined) return;
      this.#assign(analysis, worker, mode);
    }
  }

  #assign(analysis: Analysis, worker: AnalysisWorker, mode: Assignment['mode']): void {
    const { stream } = analysis;
    const { patientId, source } = stream.identity;
    this.#lastEpoch = Math.max(this.#lastEpoch + 1, this.#clock());
    const assignment: Assignment = {
      assignmentId: randomUUID(),
      epoch: this.#lastEpoch,
      patientId,
      streamId: stream.streamId,
      source,
      mode,
    };
    analysis.held = { worker, assignment, tap: null, opened: 0 };
    this.#workers.get(worker)?.add(analysis);
    worker.assign(assignment);
    if (analysis.inAlert) worker.prioritise(assignment, true);
  }

  #release(analysis: Analysis): void {
    const { held } = analysis;
    if (held === null) return;
    analysis.held = null;
    analysis.reducedFrameRate = undefined;
    held.tap?.close();
    this.#workers.get(held.worker)?.delete(analysis);
    this.emit('forgotten', analysis.stream, new Set(analysis.conditions));
    analysis.conditions.clear();
  }

  #leastLoaded(): AnalysisWorker | undefined {
    let best: { worker: AnalysisWorker; load: number } | undefined;
    for (const [worker, analyses] of this.#workers) {
      const load = analyses.size / worker.capacity;
      if (load < 1 && (best === undefined || load < best.load)) best = { worker, load };
    }
    return best?.worker;
  }
}

/** Whether anything is to be measured; not yet known counts as wanted. */
function isWanted({ mode, stream }: Analysis): boolean {
  return mode !== 'off' && stream.privacy === null;
}
