import type { WorkerStatus } from '@haven/protocol';
import type { Counter, Histogram, Telemetry } from '../telemetry/telemetry.ts';

const TOTALS = ['framesDecoded', 'framesAnalysed', 'framesDropped', 'decoderRestarts'] as const;
type Total = (typeof TOTALS)[number];

type StreamStatus = WorkerStatus['streams'][number];

/** What CV workers say of themselves, as metrics. */
export class AnalysisMetrics {
  readonly #statuses = new Map<object, WorkerStatus>();
  readonly #counters: Readonly<Record<Total, Counter>>;
  readonly #latency: Histogram;

  constructor(telemetry: Telemetry) {
    this.#counters = {
      framesDecoded: telemetry.counter('haven_frames_decoded_total', 'Frames that CV workers decoded'),
      framesAnalysed: telemetry.counter('haven_frames_analysed_total', 'Frames that CV workers analysed'),
      framesDropped: telemetry.counter(
        'haven_frames_dropped_total',
        'Frames that CV workers dropped, being behind',
      ),
      decoderRestarts: telemetry.counter(
        'haven_frame_processing_errors_total',
        'Decoders that failed and were started again',
      ),
    };
    this.#latency = telemetry.histogram(
      'haven_frame_processing_latency_seconds',
      "From a frame's arrival at a CV worker to its analysis, median of each interval",
      's',
      [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5],
    );
    telemetry.gauge('haven_cv_worker_threads', 'Analysis threads of the CV workers', () => [
      { value: this.#sum(({ busyThreads }) => busyThreads), attributes: { state: 'busy' } },
      {
        value: this.#sum(({ threads, busyThreads }) => Math.max(0, threads - busyThreads)),
        attributes: { state: 'idle' },
      },
    ]);
    telemetry.gauge('haven_cv_queued_frames', 'Frames that wait for analysis', () =>
      this.#sum(({ queuedFrames }) => queuedFrames),
    );
    telemetry.gauge('haven_cv_heap_bytes', 'Heap of the analysis threads', () =>
      this.#sum(({ heapBytes }) => heapBytes ?? 0),
    );
    telemetry.gauge('haven_cv_tensors', 'Tensors that exist in the analysis threads', () =>
      this.#sum(({ tensors }) => tensors ?? 0),
    );
    telemetry.gauge('haven_cv_frame_rate', 'Analysed streams by the frame rate that is aimed at', () =>
      this.#byFrameRate(),
    );
    telemetry.gauge(
      'haven_cv_reduced_streams',
      'Streams analysed at less than their frame rate, since processor time is short',
      () => this.#streams().filter(({ reduced }) => reduced).length,
    );
  }

  /** @param status totals of each stream since its assignment began */
  keep(worker: object, status: WorkerStatus): void {
    const before = new Map(
      this.#statuses.get(worker)?.streams.map((stream) => [stream.assignmentId, stream]),
    );
    for (const stream of status.streams) this.#count(stream, before.get(stream.assignmentId));
    this.#statuses.set(worker, status);
  }

  /** What was said last of an assignment. */
  of(assignmentId: string): StreamStatus | undefined {
    return this.#streams().find((stream) => stream.assignmentId === assignmentId);
  }

  forget(worker: object): void {
    this.#statuses.delete(worker);
  }

  #count(stream: StreamStatus, before: StreamStatus | undefined): void {
    for (const total of TOTALS) {
      this.#counters[total].add(Math.max(0, stream[total] - (before?.[total] ?? 0)));
    }
    if (stream.latencyMs !== null) this.#latency.record(stream.latencyMs / 1000);
  }

  #byFrameRate(): { value: number; attributes: { frames_per_second: string } }[] {
    const counts = new Map<string, number>();
    for (const { frameRate } of this.#streams()) {
      const rate = String(frameRate);
      counts.set(rate, (counts.get(rate) ?? 0) + 1);
    }
    return [...counts].map(([rate, value]) => ({ value, attributes: { frames_per_second: rate } }));
  }

  #streams(): StreamStatus[] {
    return [...this.#statuses.values()].flatMap(({ streams }) => streams);
  }

  #sum(read: (status: WorkerStatus) => number): number {
    return [...this.#statuses.values()].reduce((sum, status) => sum + read(status), 0);
  }
}
