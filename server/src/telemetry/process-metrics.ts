import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Telemetry } from './telemetry.ts';

/** Share of the machine's cores that this process used since the last call, 0–1. */
export function cpuMeter(clock: () => number): () => number {
  let before = process.cpuUsage();
  let at = clock();
  return () => {
    const used = process.cpuUsage(before);
    const elapsedMs = Math.max(1, clock() - at);
    before = process.cpuUsage();
    at = clock();
    return (used.user + used.system) / 1000 / elapsedMs / availableParallelism();
  };
}

export function measureProcess(telemetry: Telemetry, clock: () => number): void {
  const cpu = cpuMeter(clock);
  telemetry.gauge(
    'haven_cpu_usage_percent',
    'CPU time of the server process, of all cores',
    () => 100 * cpu(),
  );
  telemetry.gauge('haven_memory_usage_bytes', 'Resident memory of the server process', () =>
    process.memoryUsage.rss(),
  );
  telemetry.gauge(
    'haven_memory_usage_percent',
    "Share of the machine's memory in use",
    () => (100 * (totalmem() - freemem())) / totalmem(),
  );
}
