import { dayOf, DAY_MS } from './rows.ts';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';

/** Observations may be a day late, and a server may run a week without being able to make the next days'. */
const DAYS_BACK = 1;
const DAYS_AHEAD = 7;
const CHECK_INTERVAL_MS = 3_600_000;

/** Keeps partitions ready for each coming day; what has none meanwhile goes to the default ones. */
export class DayPartitions {
  readonly #client: StoreClient;
  readonly #calls: StoreCalls;
  readonly #clock: () => number;
  readonly #onFailure: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    client: StoreClient,
    calls: StoreCalls,
    clock: () => number,
    onFailure: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#calls = calls;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Makes what is missing now, and looks again from time to time. Never throws. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#ensure(), CHECK_INTERVAL_MS).unref();
    await this.#ensure();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #ensure(): Promise<void> {
    const first = dayOf(this.#clock() - DAYS_BACK * DAY_MS);
    const days = DAYS_BACK + 1 + DAYS_AHEAD;
    try {
      await this.#calls.make(() =>
        this.#client.rpc('ensure_records_partitions', { p_first: first, p_days: days }),
      );
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
