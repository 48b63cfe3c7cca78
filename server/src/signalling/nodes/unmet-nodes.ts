import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Bed } from './unreached-patients.ts';

/** A node that joined and has not said what it holds after this long, ms, holds nobody knows what. */
const UNMET_AFTER_MS = 2_000;
/** How often the beds are read while there is such a node, ms. */
const READ_INTERVAL_MS = 5_000;

/** Nodes of the cluster that have never said here what they hold: any patient without a picture may be theirs. */
export class UnmetNodes {
  readonly #read: () => Promise<Bed[]>;
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  #since = new Map<string, number>();
  #beds: readonly Bed[] = [];
  #readAt = -Infinity;

  /** @param read all beds of all rooms */
  constructor(read: () => Promise<Bed[]>, telemetry: Telemetry, clock: () => number) {
    this.#read = read;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** The beds in doubt: all, or none. */
  get beds(): readonly Bed[] {
    return this.#isOverdue ? this.#beds : [];
  }

  /** Called about once a second. @param nodes those that are unmet now */
  look(nodes: readonly string[]): void {
    const now = this.#clock();
    this.#since = new Map(nodes.map((node) => [node, this.#since.get(node) ?? now]));
    if (nodes.length > 0 && now - this.#readAt >= READ_INTERVAL_MS) void this.#readBeds(now);
  }

  get #isOverdue(): boolean {
    const now = this.#clock();
    return [...this.#since.values()].some((since) => now - since >= UNMET_AFTER_MS);
  }

  async #readBeds(now: number): Promise<void> {
    this.#readAt = now;
    try {
      this.#beds = await this.#read();
    } catch (error) {
      this.#telemetry.logger.warn({ err: error }, 'the beds could not be read; the last ones count');
    }
  }
}
