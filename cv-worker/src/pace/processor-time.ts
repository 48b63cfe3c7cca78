import { cpus } from 'node:os';

/** Processor time of the whole machine since its start, ms: a worker shares it with the SFU, taps and encoders. */
export function processorTime(): { busy: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy: total - idle, total };
}
