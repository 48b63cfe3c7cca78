/** How the machine copes, at one moment. */
export type LoadSample = {
  /** ms of a steady clock. */
  now: number;
  /** Processor time of the whole machine since its start: what was used, and what there was, in any one unit. */
  processor: { busy: number; total: number };
  /** Totals over all streams since the worker's start. */
  framesAnalysed: number;
  framesDropped: number;
  /** From a frame's arrival to its analysis, 95th percentile since the sample before, ms; null without frames. */
  latencyMs: number | null;
};

export type Pressure = 'high' | 'fair' | 'low';

/** Processor time is looked at over this long, ms: a start of models or encoders is over sooner. */
const WINDOW_MS = 5000;
const HIGH = {
  /** Of all processor time: beyond it nothing is left for the next second's chance. */
  processor: 0.9,
  /** Of frames: one late collection of garbage drops fewer. */
  dropped: 0.02,
  /** ms: what a value may be late beyond its window. */
  latencyMs: 200,
};
/** Well below, so that what was given up and comes back does not tip it over again. */
const LOW = { processor: 0.75, dropped: 0, latencyMs: 100 };

/** Judges from load over the last seconds whether the machine is short of processor time. */
export class PressureGauge {
  readonly #samples: LoadSample[] = [];

  /** To be called about once a second. */
  add(sample: LoadSample): Pressure {
    const samples = this.#samples;
    samples.push(sample);
    while (samples.length > 2 && sample.now - samples[1].now >= WINDOW_MS) samples.shift();
    const first = samples[0];
    const processor = share(
      sample.processor.busy - first.processor.busy,
      sample.processor.total - first.processor.total,
    );
    const dropped = share(
      sample.framesDropped - first.framesDropped,
      sample.framesDropped - first.framesDropped + sample.framesAnalysed - first.framesAnalysed,
    );
    const latencyMs = Math.max(0, ...samples.slice(1).map((past) => past.latencyMs ?? 0));
    // Before the window is full, a busy start says nothing of what follows.
    const known = sample.now - first.now >= WINDOW_MS;
    if (!known) return 'fair';
    const load = { processor, dropped, latencyMs };
    if (exceeds(load, HIGH)) return 'high';
    return exceeds(load, LOW) ? 'fair' : 'low';
  }
}

type Load = { processor: number; dropped: number; latencyMs: number };

function exceeds(load: Load, limit: Load): boolean {
  return load.processor > limit.processor || load.dropped > limit.dropped || load.latencyMs > limit.latencyMs;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
