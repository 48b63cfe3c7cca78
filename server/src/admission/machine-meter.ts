import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MachineLoad } from './strain.ts';

/** Of a cgroup (version 2), where it bounds the processor time of a container. */
const CGROUP = '/sys/fs/cgroup';
/** A measurement is over this long at least, ms: what is shorter is noise. */
const WINDOW_MS = 3_000;
const EVENT_LOOP_RESOLUTION_MS = 20;

/** Processor time in ms, and by a steady clock when it was read. */
type Reading = { at: number; used: number; available: number; server: number };

/** Tells how busy the machine is, or the part of it that the container was given. */
export class MachineMeter {
  readonly #mediaWorkerCores: () => readonly number[];
  readonly #quota = cgroupQuota();
  readonly #eventLoop = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  readonly #readings: Reading[] = [];

  /** @param mediaWorkerCores what each media worker takes now, in cores */
  constructor(mediaWorkerCores: () => readonly number[]) {
    this.#mediaWorkerCores = mediaWorkerCores;
    this.#eventLoop.enable();
  }

  /** To be called about once a second; the load is that of the last seconds. */
  async read(): Promise<MachineLoad> {
    const now = await this.#reading();
    this.#readings.push(now);
    while (this.#readings[1] !== undefined && now.at - this.#readings[1].at >= WINDOW_MS)
      this.#readings.shift();
    const before = this.#readings[0] ?? now;
    const elapsed = Math.max(1, now.at - before.at);
    const available = Math.max(1, now.available - before.available);
    const server = now.server - before.server;
    const workers = this.#mediaWorkerCores();
    const own = workers.reduce((sum, cores) => sum + cores * elapsed, server);
    const eventLoopDelayMs = this.#eventLoop.percentile(99) / 1e6 - EVENT_LOOP_RESOLUTION_MS;
    this.#eventLoop.reset();
    return {
      processor: (now.used - before.used) / available,
      ownProcessor: own / available,
      mainThread: server / elapsed,
      busiestMediaWorker: Math.max(0, ...workers),
      eventLoopDelayMs: Number.isFinite(eventLoopDelayMs) ? Math.max(0, eventLoopDelayMs) : 0,
      memory: memoryInUse(),
    };
  }

  close(): void {
    this.#eventLoop.disable();
  }

  async #reading(): Promise<Reading> {
    const machine = this.#quota === null ? machineTime() : await containerTime(this.#quota);
    const { user, system } = process.cpuUsage();
    return { at: performance.now(), ...machine, server: (user + system) / 1000 };
  }
}

type Time = Pick<Reading, 'used' | 'available'>;

function machineTime(): Time {
  let idle = 0;
  let available = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    available += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { used: available - idle, available };
}

/** @param quota how many cores' time the container may use */
async function containerTime(quota: number): Promise<Time> {
  const stat = await readFile(`${CGROUP}/cpu.stat`, 'utf8');
  const usedMicroseconds = Number(/^usage_usec (\d+)$/m.exec(stat)?.[1] ?? 0);
  return { used: usedMicroseconds / 1000, available: quota * performance.now() };
}

/** @returns cores; null where nothing bounds them */
function cgroupQuota(): number | null {
  try {
    const [quota, period] = readFileSync(`${CGROUP}/cpu.max`, 'utf8').trim().split(' ');
    if (quota === undefined || quota === 'max') return null;
    return Math.min(availableParallelism(), Number(quota) / Number(period));
  } catch {
    // Another system, or cgroups of version 1: the machine's own times serve.
    return null;
  }
}

function memoryInUse(): number {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return 1 - Math.min(process.availableMemory(), total) / total;
}
