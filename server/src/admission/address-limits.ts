import { HavenError } from '@haven/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Connections that one address may hold at a time. */
const CONNECTIONS_PER_ADDRESS = 10;
/** Refused sign-ins that one address may make in a minute. */
const REFUSALS_PER_MINUTE = 10;

/**
 * What one network address may do. Loopback is exempt: the supervisor's own children, a reverse proxy and load
 * tests come from there.
 */
export class AddressLimits {
  readonly #connections = new Map<string, number>();
  readonly #refusals = new RateLimiterMemory({ points: REFUSALS_PER_MINUTE, duration: 60 });

  mayConnect(address: string): boolean {
    return isLoopback(address) || (this.#connections.get(address) ?? 0) < CONNECTIONS_PER_ADDRESS;
  }

  /**
   * Counts a connection.
   * @returns counts it out again; to be called once
   */
  connected(address: string): () => void {
    this.#connections.set(address, (this.#connections.get(address) ?? 0) + 1);
    return () => {
      const left = (this.#connections.get(address) ?? 1) - 1;
      if (left === 0) this.#connections.delete(address);
      else this.#connections.set(address, left);
    };
  }

  /** @throws HavenError RATE_LIMITED after too many refused sign-ins */
  async assertMaySignIn(address: string): Promise<void> {
    const refusals = await this.#refusals.get(address);
    if (refusals === null || isLoopback(address) || refusals.remainingPoints > 0) return;
    throw new HavenError('RATE_LIMITED', 'Too many refused sign-ins from this address.', {
      retryAfterMs: Math.round(refusals.msBeforeNext),
    });
  }

  async countRefusal(address: string): Promise<void> {
    // Rejects when the limit is reached, which the next sign-in hears.
    await this.#refusals.consume(address).catch(() => undefined);
  }
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.');
}
