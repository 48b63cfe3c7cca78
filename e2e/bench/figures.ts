import { availableParallelism, cpus, loadavg } from 'node:os';

export { quantile } from '../../device/src/swarm/quantile.ts';

/** On what, and beside how much else, something was measured. */
export function machineConditions(): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return `${processor}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`;
}
