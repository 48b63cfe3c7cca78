import { performance } from 'node:perf_hooks';
import type { Health } from '@haven/protocol';
import { readHealth, type Probe } from './health.ts';

/** What was found out serves for this long, ms: anybody may ask, as often as they like. */
export const FRESH_MS = 1_000;

/** The health of the server, examined no more than once at a time and about once a second, however many ask. */
export class SharedHealth {
  readonly #probes: Readonly<Record<string, Probe>>;
  readonly #clock: () => number;
  #running: Promise<Required<Health>> | undefined;
  #last: { at: number; health: Required<Health> } | undefined;

  /** @param clock a steady one, ms */
  constructor(probes: Readonly<Record<string, Probe>>, clock: () => number = () => performance.now()) {
    this.#probes = probes;
    this.#clock = clock;
  }

  /** @returns what is not older than {@link FRESH_MS} */
  async read(): Promise<Required<Health>> {
    const last = this.#last;
    if (last !== undefined && this.#clock() - last.at < FRESH_MS) return last.health;
    return await (this.#running ??= this.#examine());
  }

  async #examine(): Promise<Required<Health>> {
    try {
      const health = await readHealth(this.#probes);
      this.#last = { at: this.#clock(), health };
      return health;
    } finally {
      this.#running = undefined;
    }
  }
}
