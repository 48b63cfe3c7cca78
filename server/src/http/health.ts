import { statfs } from 'node:fs/promises';
import type { Health, OperationsState } from '@haven/protocol';
import { OVERLOAD_SHARE } from '../admission/overload.ts';
import type { ClusterState } from '../cluster/members.ts';
import type { RecordsState } from '../records/records.ts';

export type Subsystem = NonNullable<Health['subsystems']>[string];
export type Probe = () => Subsystem | Promise<Subsystem>;

/** Less free disk than this is a warning, bytes: a journal that is full, several times over. */
const LOW_DISK_BYTES = 2 * 1024 ** 3;
const NO_DISK_BYTES = 256 * 1024 ** 2;
/** Beyond this share queues grow. */
const HIGH_CPU_SHARE = 0.9;
/** Entries leave the journal within two seconds: one this old, ms, tells of a store that is away or too slow. */
const OLD_ENTRY_MS = 60_000;
/** A journal this full refuses what comes before long. */
const FULL_SHARE = 0.8;

/** @param memory share of the machine's, or the container's, memory in use */
export function memoryProbe(memory: () => number): Probe {
  return () => {
    const used = memory();
    const message = `${Math.round(100 * (1 - used))} % of the memory is free`;
    return { status: used >= OVERLOAD_SHARE ? 'degraded' : 'healthy', message };
  };
}

/** What is given up under load, and what of the limits is taken. */
export function loadProbe(state: () => OperationsState): Probe {
  return () => {
    const { load, limits } = state();
    const taken = limits
      .filter(({ name }) => name !== 'memory')
      .map(({ name, taken, limit }) => `${taken} of ${limit} ${name}`);
    const near = limits.some(({ taken, limit }) => taken >= OVERLOAD_SHARE * limit);
    const told = [
      ...(load.drainingUntil === null ? [] : ['draining']),
      ...(load.overloaded ? ['overloaded'] : []),
      ...(load.step === 'none' ? [] : [`degraded to ${load.step}`]),
    ];
    const status = near || told.length > 0 ? 'degraded' : 'healthy';
    return { status, message: [...told, ...taken].join(', ') };
  };
}

export function diskProbe(directory: string): Probe {
  return async () => {
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const status = free < NO_DISK_BYTES ? 'unhealthy' : free < LOW_DISK_BYTES ? 'degraded' : 'healthy';
    return { status, message: `${(free / 1024 ** 3).toFixed(1)} GiB are free in the data directory` };
  };
}

/** @param unwritten how many alerts could not be written to the journal */
export function journalProbe(state: () => RecordsState, unwritten: () => number): Probe {
  return () => {
    const { journalEntries, journalBytes, journalLimitBytes, oldestAgeMs } = state();
    const share = journalBytes / journalLimitBytes;
    const message = `${journalEntries} entries, the oldest ${Math.round(oldestAgeMs / 1000)} s old, ${journalBytes} bytes (${Math.round(100 * share)} % of what it may take)`;
    if (unwritten() > 0) return { status: 'unhealthy', message };
    return { status: oldestAgeMs > OLD_ENTRY_MS || share > FULL_SHARE ? 'degraded' : 'healthy', message };
  };
}

/** @param processor share of the machine's, or the container's, processor time in use */
export function cpuProbe(processor: () => number): Probe {
  return () => {
    const used = processor();
    return {
      status: used > HIGH_CPU_SHARE ? 'degraded' : 'healthy',
      message: `${Math.round(100 * used)} % of the processor time is in use`,
    };
  };
}

/** Redis is shared between servers and never needed: what is away is told, and nothing waits for it. */
export function redisProbe(state: () => RecordsState): Probe {
  return () => {
    const { redisReachable } = state();
    if (redisReachable === undefined) return { status: 'healthy', message: 'not in use' };
    return redisReachable
      ? { status: 'healthy', message: 'answers' }
      : { status: 'degraded', message: 'does not answer; the record store is asked instead' };
  };
}

/** A node alone serves its own patients; of those of nodes that it does not reach nobody here sees values. */
export function clusterProbe(state: () => ClusterState | undefined): Probe {
  return () => {
    const cluster = state();
    if (cluster === undefined) return { status: 'healthy', message: 'not in use' };
    const { others, reached, redisReachable } = cluster;
    const message = `${reached} of ${others} other nodes answer; Redis ${redisReachable ? 'answers' : 'does not'}`;
    return { status: reached < others || !redisReachable ? 'degraded' : 'healthy', message };
  };
}

/** Health is as good as the worst subsystem; a probe that throws is unhealthy. */
export async function readHealth(probes: Readonly<Record<string, Probe>>): Promise<Required<Health>> {
  const subsystems: Record<string, Subsystem> = {};
  for (const [name, probe] of Object.entries(probes)) {
    try {
      subsystems[name] = await probe();
    } catch {
      subsystems[name] = { status: 'unhealthy', message: 'could not be examined' };
    }
  }
  const named = (status: Health['status']) =>
    Object.keys(subsystems).filter((name) => subsystems[name]?.status === status);
  const [unhealthy, degraded] = [named('unhealthy'), named('degraded')];
  if (unhealthy.length > 0)
    return { status: 'unhealthy', message: `Failing: ${unhealthy.join(', ')}`, subsystems };
  if (degraded.length > 0)
    return { status: 'degraded', message: `Impaired: ${degraded.join(', ')}`, subsystems };
  return { status: 'healthy', message: 'All is well', subsystems };
}
