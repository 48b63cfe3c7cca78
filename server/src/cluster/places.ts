import type { Redis } from 'ioredis';
import { z } from 'zod';

/** A place whose node says nothing for this long, ms, is free again. */
const PLACE_TTL_MS = 15_000;
/** How often a node says which places it still holds, ms: two attempts may fail before they are lost. */
const RENEW_INTERVAL_MS = 5_000;
const KEY_PREFIX = 'haven:places:';

/**
 * Takes a place of a kind, if one is free or the key holds one already. KEYS: the kind's places, a sorted set whose
 * scores say when each ends. ARGV: key, limit, time to live in ms.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local taken = redis.call('ZCARD', KEYS[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and taken >= tonumber(ARGV[2]) then
  return { 0, taken }
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return { 1, redis.call('ZCARD', KEYS[1]) }
`;

/** Says that places are still held. KEYS: the kind's places. ARGV: time to live in ms, then the keys. */
const RENEW = `
local time = redis.call('TIME')
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for index = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ends, ARGV[index])
end
return redis.call('ZCARD', KEYS[1])
`;

const answerSchema = z.tuple([z.union([z.literal(0), z.literal(1)]), z.number()]);

/** A kind of place that is counted over all nodes, such as that of a viewer. */
export type PlaceKind = 'devices' | 'viewers';

/** Places that all nodes count together. While Redis is away each node counts its own alone. */
export class Places {
  readonly #redis: Redis;
  readonly #node: string;
  readonly #held = new Map<PlaceKind, Set<string>>();
  readonly #taken = new Map<PlaceKind, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, node: string) {
    this.#redis = redis;
    this.#node = node;
    this.#timer = setInterval(() => void this.renew(), RENEW_INTERVAL_MS).unref();
  }

  /** How many are taken on all nodes, as far as this one knows. */
  taken(kind: PlaceKind): number {
    return Math.max(this.#taken.get(kind) ?? 0, this.#held.get(kind)?.size ?? 0);
  }

  /**
   * @param key what the place is for; the same key takes one place on a node
   * @param limit of all nodes together
   * @returns whether there was one; always when Redis does not answer: the node's own limit still holds
   */
  async take(kind: PlaceKind, key: string, limit: number): Promise<boolean> {
    try {
      const answer = await this.#redis.eval(TAKE, 1, keyOf(kind), this.#member(key), limit, PLACE_TTL_MS);
      const [granted, taken] = answerSchema.parse(answer);
      this.#taken.set(kind, taken);
      if (granted === 0) return false;
    } catch {
      // Told again with the next renewal.
    }
    this.#of(kind).add(key);
    return true;
  }

  /** Gives it back; when Redis is away it ends by itself. */
  async leave(kind: PlaceKind, key: string): Promise<void> {
    if (!this.#of(kind).delete(key)) return;
    await this.#redis.zrem(keyOf(kind), this.#member(key)).catch(() => undefined);
  }

  /** Says which places are still held; called by a timer. */
  async renew(): Promise<void> {
    for (const [kind, keys] of this.#held) {
      const members = [...keys].map((key) => this.#member(key));
      const taken = await this.#redis
        .eval(RENEW, 1, keyOf(kind), PLACE_TTL_MS, ...members)
        .catch(() => undefined);
      if (typeof taken === 'number') this.#taken.set(kind, taken);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const [kind, keys] of this.#held) {
      await Promise.all([...keys].map((key) => this.leave(kind, key)));
    }
  }

  #of(kind: PlaceKind): Set<string> {
    let keys = this.#held.get(kind);
    if (keys === undefined) this.#held.set(kind, (keys = new Set()));
    return keys;
  }

  #member(key: string): string {
    return `${this.#node} ${key}`;
  }
}

function keyOf(kind: PlaceKind): string {
  return `${KEY_PREFIX}${kind}`;
}
