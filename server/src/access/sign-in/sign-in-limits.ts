import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { countAgainst, type OpenLimiter } from '../../admission/limiters.ts';
import { subscriberOf, type NetworkList } from '../../config/networks.ts';

/** Wrong passwords from one address: a ward behind one NAT address mistypes, a guessing program does more. */
const FAILURES_PER_ADDRESS = { name: 'failure', points: 10, duration: 60 };
const REFRESHES_PER_ADDRESS = { name: 'refresh', points: 300, duration: 60 };

/** Limits how often one network address may try passwords. Those that are right do not count. */
export class SignInLimits {
  readonly #trusted: NetworkList;
  readonly #failures: RateLimiterAbstract;
  readonly #refreshes: RateLimiterAbstract;

  /** @param trusted networks whose addresses stand for many people, without these limits */
  constructor(trusted: NetworkList, open: OpenLimiter) {
    this.#trusted = trusted;
    this.#failures = open(FAILURES_PER_ADDRESS);
    this.#refreshes = open(REFRESHES_PER_ADDRESS);
  }

  /**
   * Counts an attempt before it is made, so that attempts made at once count as well.
   * @returns to be called when it succeeded, or was never decided
   * @throws HavenError RATE_LIMITED with the time to wait
   */
  async attempt(address: string): Promise<() => Promise<void>> {
    if (this.#trusted.has(address)) return () => Promise.resolve();
    const subscriber = subscriberOf(address);
    await countAgainst(this.#failures, subscriber);
    return async () => {
      await this.#failures.reward(subscriber);
    };
  }

  /** @throws HavenError RATE_LIMITED with the time to wait */
  async refresh(address: string): Promise<void> {
    if (!this.#trusted.has(address)) await countAgainst(this.#refreshes, subscriberOf(address));
  }
}
