import { HavenError } from '@haven/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Wrong passwords from one address: a ward behind one NAT address mistypes, a guessing program does more. */
const FAILURES_PER_ADDRESS = { points: 10, duration: 60 };
/** Wrong passwords for one account from anywhere. */
const FAILURES_PER_EMAIL = { points: 10, duration: 300 };
const REFRESHES_PER_ADDRESS = { points: 300, duration: 60 };

/** Limits how often passwords may be tried. Sign-ins that succeed do not count. */
export class SignInLimits {
  readonly #byAddress = new RateLimiterMemory({ ...FAILURES_PER_ADDRESS, keyPrefix: 'address' });
  readonly #byEmail = new RateLimiterMemory({ ...FAILURES_PER_EMAIL, keyPrefix: 'email' });
  readonly #refreshes = new RateLimiterMemory({ ...REFRESHES_PER_ADDRESS, keyPrefix: 'refresh' });

  /**
   * Counts an attempt before it is made, so that attempts made at once count as well.
   * @returns to be called when it succeeded, or was never decided
   * @throws HavenError RATE_LIMITED with the time to wait
   */
  async attempt(email: string, address: string): Promise<() => Promise<void>> {
    const account = email.toLowerCase();
    await consume(this.#byAddress, address);
    await consume(this.#byEmail, account);
    return async () => {
      await this.#byAddress.reward(address);
      await this.#byEmail.reward(account);
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
