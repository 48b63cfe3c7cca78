import { HavenError } from '@haven/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { isLoopback, subscriberOf, type NetworkList } from '../config/networks.ts';

/** Connections that one address may hold at a time. */
const CONNECTIONS_PER_ADDRESS = 10;
/** Refused sign-ins that one address may make in a minute. */
const REFUSALS_PER_MINUTE = 10;

/**
 * What one network address may do. Loopback is exempt, where Haven's own children come from, and so are trusted
 * networks, whose addresses stand for many people.
 */
export class AddressLimits {
  readonly #trusted: NetworkList;
  readonly #connections = new Map<string, number>();
  readonly #refusals = new RateLimiterMemory({ points: REFUSALS_PER_MINUTE, duration: 60 });

  constructor(trusted: NetworkList) {
    this.#trusted = trusted;
  }

  mayConnect(address: string): boolean {
    return (
      this.#exempt(address) || (this.#connections.get(subscriberOf(address)) ?? 0) < CONNECTIONS_PER_ADDRESS
    );
  }

  /**
   * Counts a connection.
   * @returns counts it out again; to be called once
   */
  connected(address: string): () => void {
    const subscriber = subscriberOf(address);
    this.#connections.set(subscriber, (this.#connections.get(subscriber) ?? 0) + 1);
    return () => {
      const left = (this.#connections.get(subscriber) ?? 1) - 1;
      if (left === 0) this.#connections.delete(subscriber);
      else this.#connections.set(subscriber, left);
    };
  }

  /** @throws HavenError RATE_LIMITED after too many refused sign-ins */
  async assertMaySignIn(address: string): Promise<void> {
    const refusals = await this.#refusals.get(subscriberOf(address));
    if (refusals === null || this.#exempt(address) || refusals.remainingPoints > 0) return;
    throw new HavenError('RATE_LIMITED', 'Too many refused sign-ins from this address.', {
      retryAfterMs: Math.round(refusals.msBeforeNext),
    });
  }

  async countRefusal(address: string): Promise<void> {
    // Rejects when the limit is reached, which the next sign-in hears.
    await this.#refusals.consume(subscriberOf(address)).catch(() => undefined);
  }

  #exempt(address: string): boolean {
    return isLoopback(address) || this.#trusted.has(address);
  }
}
