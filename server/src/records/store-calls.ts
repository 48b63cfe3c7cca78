import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  IterableBackoff,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from 'cockatiel';
import { HavenError } from '@haven/protocol';

/** A query answers within milliseconds; beyond this the store is taken for gone. */
export const CALL_TIMEOUT_MS = 5000;
const RETRY_DELAYS_MS = [100, 200, 400];
const FAILURES_TO_OPEN = 5;
/** How long an open circuit keeps the store free of calls. */
const HALF_OPEN_AFTER_MS = 30_000;

/** The store did not answer, or not now: the same call may succeed later. */
export class StoreUnreachableError extends Error {
  /** When a call may be made again, ms from now; undefined when it may be at once. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreUnreachableError';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The store refused the data itself: the same call never succeeds. The message holds no row. */
export class StoreRefusedError extends Error {
  /** PostgreSQL's SQLSTATE. */
  readonly code: string;

  constructor(code: string) {
    super(`the store refused the data (SQLSTATE ${code})`);
    this.name = 'StoreRefusedError';
    this.code = code;
  }
}

/** As supabase-js answers. */
export type StoreAnswer<T> =
  { data: T; error: null } | { data: null; error: { code: string; message: string } };

/** Data exceptions, integrity violations and RAISE: about the rows. Anything else may be a passing state of the store. */
const REFUSAL = /^(22|23)|^P0001$/;

/**
 * @returns the answer's data
 * @throws StoreRefusedError, StoreUnreachableError
 */
export function dataOf<T>(answer: StoreAnswer<T>): T {
  if (answer.error === null) return answer.data;
  const { code } = answer.error;
  throw REFUSAL.test(code)
    ? new StoreRefusedError(code)
    : new StoreUnreachableError(`the store answered ${code}`);
}

/** Calls to the store with a time limit, retries and a circuit breaker that all callers share. */
export class StoreCalls {
  readonly #policy: IPolicy;
  readonly #isOpen: () => boolean;
  readonly #halfOpenAfterMs: number;
  readonly #onAnswer: ((ms: number, ok: boolean) => void) | undefined;
  #running = 0;
  /** When the circuit opened last, by the clock that never jumps. */
  #openedAt = 0;

  /** @param options.onAnswer told how long each attempt took and whether it succeeded */
  constructor(options: { halfOpenAfterMs?: number; onAnswer?: (ms: number, ok: boolean) => void } = {}) {
    this.#onAnswer = options.onAnswer;
    this.#halfOpenAfterMs = options.halfOpenAfterMs ?? HALF_OPEN_AFTER_MS;
    const passing = handleType(StoreUnreachableError).orType(TaskCancelledError);
    const breaker = circuitBreaker(passing, {
      halfOpenAfter: this.#halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    breaker.onBreak(() => (this.#openedAt = performance.now()));
    this.#isOpen = () => breaker.state === CircuitState.Open;
    this.#policy = wrap(
      retry(passing, { maxAttempts: RETRY_DELAYS_MS.length, backoff: new IterableBackoff(RETRY_DELAYS_MS) }),
      breaker,
      timeout(CALL_TIMEOUT_MS, TimeoutStrategy.Aggressive),
    );
  }

  /** Attempts that wait for the store now. */
  get running(): number {
    return this.#running;
  }

  /** Whether calls are refused without being made. */
  get open(): boolean {
    return this.#isOpen();
  }

  /**
   * Calls must be idempotent: they are repeated.
   * @throws StoreRefusedError, StoreUnreachableError
   */
  async make<T>(call: () => PromiseLike<StoreAnswer<T>>): Promise<T> {
    try {
      return await this.#policy.execute(() => this.#attempt(call));
    } catch (error) {
      if (error instanceof StoreRefusedError || error instanceof StoreUnreachableError) throw error;
      if (error instanceof TaskCancelledError) {
        throw new StoreUnreachableError('no answer in time', { cause: error });
      }
      if (error instanceof BrokenCircuitError) {
        const untilHalfOpen = this.#openedAt + this.#halfOpenAfterMs - performance.now();
        const retryAfterMs = Math.max(1, Math.ceil(untilHalfOpen));
        throw new StoreUnreachableError('the circuit is open', { cause: error, retryAfterMs });
      }
      throw new StoreUnreachableError('the call failed', { cause: error });
    }
  }

  async #attempt<T>(call: () => PromiseLike<StoreAnswer<T>>): Promise<T> {
    const startedAt = performance.now();
    let ok = false;
    this.#running += 1;
    try {
      const data = dataOf(await call());
      ok = true;
      return data;
    } finally {
      this.#running -= 1;
      this.#onAnswer?.(performance.now() - startedAt, ok);
    }
  }

  /** The same for a caller who waits. @throws HavenError STORAGE_UNAVAILABLE, with the time to wait when known */
  async read<T>(call: () => PromiseLike<StoreAnswer<T>>): Promise<T> {
    try {
      return await this.make(call);
    } catch (error) {
      const retryAfterMs = error instanceof StoreUnreachableError ? error.retryAfterMs : undefined;
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error, ...wait });
    }
  }
}
