import { HavenError } from '@haven/protocol';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { isLoopback, subscriberOf, type NetworkList } from '../config/networks.ts';
import { countAgainst, limiterOfNode, type OpenLimiter } from './limiters.ts';

/** When somebody whose address holds all its connections may try again, ms. */
const RETRY_AFTER_MS = 5_000;

export type AddressBounds = { connectionsPerAddress: number; attemptsPerMinute: number };

/**
 * What one network address may do: hold connections of this node, and attempt to connect and to sign in. Loopback is
 * exempt, where Haven's own children come from, and so are trusted networks, whose addresses stand for many people.
 */
export class AddressLimits {
  readonly #trusted: NetworkList;
  readonly #mostConnections: number;
  readonly #connections = new Map<string, number>();
  readonly #attempts: RateLimiterAbstract;
  readonly #refusals: RateLimiterAbstract;

  constructor(
    trusted: NetworkList,
    { connectionsPerAddress, attemptsPerMinute: points }: AddressBounds,
    open: OpenLimiter = limiterOfNode,
  ) {
    this.#trusted = trusted;
    this.#mostConnections = connectionsPerAddress;
    this.#attempts = open({ name: 'attempts', points, duration: 60 });
    this.#refusals = open({ name: 'refusals', points, duration: 60 });
  }

  /**
   * Counts an attempt to connect; one that leads to a session is given back ({@link succeeded}).
   * @throws HavenError RATE_LIMITED
   */
  async assertMayConnect(address: string): Promise<void> {
    if (this.#exempt(address)) return;
    const subscriber = subscriberOf(address);
    if ((this.#connections.get(subscriber) ?? 0) >= this.#mostConnections) {
      throw new HavenError('RATE_LIMITED', 'This address holds all the connections that it may.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    await countAgainst(this.#attempts, subscriber, 'Too many connections from this address came to nothing.');
  }

  /** The attempt led to a session: a network that comes and goes keeps nobody out. */
  async succeeded(address: string): Promise<void> {
    if (!this.#exempt(address)) await this.#attempts.reward(subscriberOf(address));
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
