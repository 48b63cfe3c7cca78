/** Latencies kept between two readings: more than come in the 2 s between them at 15 frames/s. */
const MAX_LATENCIES = 64;

/** What is counted of one stream's analysis. */
export class StreamStatistics {
  framesAnalysed = 0;
  framesDropped = 0;
  #lastAnalysedAt: number | null = null;
  #latencies: number[] = [];

  analysed(now: number, latencyMs: number): void {
    this.framesAnalysed += 1;
    this.#lastAnalysedAt = now;
    if (this.#latencies.length < MAX_LATENCIES) this.#latencies.push(latencyMs);
  }

  lastFrameAgeMs(now: number): number | null {
    return this.#lastAnalysedAt === null ? null : Math.max(0, now - this.#lastAnalysedAt);
  }

  /** Median since the last call, ms; null when no frame was analysed. */
  takeLatencyMs(): number | null {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    this.#latencies = [];
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }
}
