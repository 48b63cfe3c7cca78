import { HavenError } from '@haven/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Wrong passwords from one address: a ward behind one NAT address mistypes, a guessing program does more. */
const FAILURES_PER_ADDRESS = { points: 10, duration: 60 };
const REFRESHES_PER_ADDRESS = { points: 300, duration: 60 };

/** Limits how often one address may try passwords. Those that are right do not count. */
export class SignInLimits {
  readonly #failures = new RateLimiterMemory({ ...FAILURES_PER_ADDRESS, keyPrefix: 'failure' });
  readonly #refreshes = new RateLimiterMemory({ ...REFRESHES_PER_ADDRESS, keyPrefix: 'refresh' });

  /**
   * Counts an attempt before it is made, so that attempts made at once count as well.
   * @returns to be called when it succeeded, or was never decided
   * @throws HavenError RATE_LIMITED with the time to wait
   */
  async attempt(address: string): Promise<() => Promise<void>> {
    await consume(this.#failures, address);
    return async () => {
      await this.#failures.reward(address);
    };
  }

  /** @throws HavenError RATE_LIMITED with the time to wait */
  async refresh(address: string): Promise<void> {
    await consume(this.#refreshes, address);
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new HavenError('RATE_LIMITED', undefined, { retryAfterMs: error.msBeforeNext, cause: error });
  }
}
