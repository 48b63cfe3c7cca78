/** How busy the machine is, over the last seconds. Shares go from 0 to 1. */
export type MachineLoad = {
  /** Of the processor time that there is: the cgroup's, or the machine's. */
  processor: number;
  /** Of the same, by the server and its media workers. */
  ownProcessor: number;
  /** Of one core, by the server's process: its main thread can use no more. */
  mainThread: number;
  /** Of one core, by the busiest media worker, which can use no more. */
  busiestMediaWorker: number;
  /** 99th percentile, ms. */
  eventLoopDelayMs: number;
  /** Of the memory that there is. */
  memory: number;
};

/**
 * `own`: what Haven itself does is more than the machine carries, so that less of it helps; `others`: the machine is
 * busy, but with something else; `low`: well below both.
 */
export type Strain = 'own' | 'others' | 'fair' | 'low';

const HIGH = {
  processor: 0.9,
  /** Half of a busy machine is Haven's. */
  ownProcessor: 0.5,
  mainThread: 0.7,
  busiestMediaWorker: 0.9,
  /** A tenth of this goes unnoticed; this is seen as a stutter of alarms and of what is typed. */
  eventLoopDelayMs: 250,
};
/** Well below, so that what was given up and comes back does not tip it over again. */
const LOW = { processor: 0.75, busiestMediaWorker: 0.75, eventLoopDelayMs: 100 };

/** Judges whether Haven should give something up. A late event loop counts only where Haven's own work delays it. */
export function strainOf(load: MachineLoad): Strain {
  const { processor, ownProcessor, mainThread, busiestMediaWorker, eventLoopDelayMs } = load;
  const busy = processor >= HIGH.processor;
  const late = eventLoopDelayMs >= HIGH.eventLoopDelayMs && mainThread >= HIGH.mainThread;
  if (late || busiestMediaWorker >= HIGH.busiestMediaWorker) return 'own';
  if (busy) return ownProcessor >= HIGH.ownProcessor ? 'own' : 'others';
  const low =
    processor < LOW.processor &&
    busiestMediaWorker < LOW.busiestMediaWorker &&
    eventLoopDelayMs < LOW.eventLoopDelayMs;
  return low ? 'low' : 'fair';
}
