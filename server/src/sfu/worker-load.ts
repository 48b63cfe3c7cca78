/** How often a worker's processor time is read, ms. */
export const MEASURE_INTERVAL_MS = 1_000;
/** Weight of the newest reading: a key frame for everybody fills a single second, and says little of the next. */
const NEWEST = 0.4;
/** So long, ms, what was placed last is not yet in the readings: a wall takes seconds until it runs. */
export const SETTLE_MS = 5_000;

/**
 * What is taken for a newcomer until it is measured, in cores: a device sends about 200 packets/s in three layers, and a
 * wall of twelve small tiles takes about 300 packets/s, at 12–20 µs each (SRTP with AES-GCM).
 */
const EXPECTED_COST = { device: 0.004, viewer: 0.006 } as const;
export type Newcomer = keyof typeof EXPECTED_COST;

/** How busy a media worker is, in cores: measured, and what was placed on it since. */
export class WorkerLoad {
  #cpu = 0;
  #last: { cpuMs: number; at: number } | undefined;
  #placed: { cost: number; at: number }[] = [];

  /** Measured and smoothed, 0–1. */
  get cpu(): number {
    return this.#cpu;
  }

  /** Placed and not yet in the measurement. */
  get unsettled(): number {
    return this.#placed.length;
  }

  /** @param cpuMs processor time that the worker took since its start */
  measured(cpuMs: number, now: number): void {
    const last = this.#last;
    this.#last = { cpuMs, at: now };
    this.#forget(now);
    if (last === undefined || now <= last.at) return;
    const taken = Math.min(1, Math.max(0, (cpuMs - last.cpuMs) / (now - last.at)));
    this.#cpu += NEWEST * (taken - this.#cpu);
  }

  place(newcomer: Newcomer, now: number): void {
    this.#placed.push({ cost: EXPECTED_COST[newcomer], at: now });
  }

  /** With those that were placed a moment ago. */
  expected(now: number): number {
    this.#forget(now);
    return this.#placed.reduce((sum, { cost }) => sum + cost, this.#cpu);
  }

  #forget(now: number): void {
    this.#placed = this.#placed.filter(({ at }) => now - at < SETTLE_MS);
  }
}

/** Differences of load below this, in cores, are noise: then the worker that carries less is taken. */
const NOISE = 0.02;

type Candidate = {
  /** Cores that it is expected to take. */
  expected: number;
  /** Transports, producers and consumers, with those placed a moment ago. */
  carried: number;
};

/** The least loaded; of those about as loaded, the one that carries least. Undefined when there is none. */
export function leastLoaded<T>(workers: Iterable<T>, candidateOf: (worker: T) => Candidate): T | undefined {
  const candidates = [...workers].map((worker) => ({ worker, ...candidateOf(worker) }));
  const least = Math.min(...candidates.map(({ expected }) => expected));
  return candidates
    .filter(({ expected }) => expected <= least + NOISE)
    .sort((one, other) => one.carried - other.carried)[0]?.worker;
}
