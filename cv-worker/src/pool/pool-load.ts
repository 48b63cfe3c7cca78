/** Latencies kept between two readings: more than 50 streams of 30 pictures give in the second between them. */
const MAX_LATENCIES = 2048;
const PERCENTILE = 0.95;

/** What the pool's threads do, over all streams together. */
export class PoolLoad {
  #framesAnalysed = 0;
  #framesDropped = 0;
  #latencies: number[] = [];

  get framesAnalysed(): number {
    return this.#framesAnalysed;
  }

  get framesDropped(): number {
    return this.#framesDropped;
  }

  analysed(latencyMs: number): void {
    this.#framesAnalysed += 1;
    if (this.#latencies.length < MAX_LATENCIES) this.#latencies.push(latencyMs);
  }

  dropped(): void {
    this.#framesDropped += 1;
  }

  /** From a frame's arrival to its analysis, 95th percentile since the last call, ms; null without frames. */
  takeLatencyMs(): number | null {
    const sorted = this.#latencies.sort((a, b) => a - b);
    this.#latencies = [];
    return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? null;
  }
}
