import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { CommonPlaces } from '../admission/slots.ts';

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
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = now + ARGV[1]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for index = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ends, ARGV[index])
end
return redis.call('ZCARD', KEYS[1])
`;

const answerSchema = z.tuple([z.union([z.literal(0), z.literal(1)]), z.number()]);

/** A kind of place that is counted over all nodes. */
export type PlaceKind = 'devices' | 'viewers';

/**
 * Places of one kind that all nodes count together. A key holds one place wherever it is held: a patient whose device
 * comes to another node keeps theirs. While Redis is away everybody is granted one: each node's own limit still holds.
 */
export class Places implements CommonPlaces {
  readonly limit: number;
  readonly #redis: Redis;
  readonly #set: string;
  readonly #held = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #taken = 0;

  /** @param limit of all nodes together */
  constructor(redis: Redis, kind: PlaceKind, limit: number) {
    this.#redis = redis;
    this.#set = `${KEY_PREFIX}${kind}`;
    this.limit = limit;
    this.#timer = setInterval(() => void this.renew(), RENEW_INTERVAL_MS).unref();
  }

  /** How many are taken on all nodes, as far as this one knows. */
  get taken(): number {
    return Math.max(this.#taken, this.#held.size);
  }

  /** @returns whether there was one */
  async take(key: string): Promise<boolean> {
    try {
      const answer = await this.#redis.eval(TAKE, 1, this.#set, key, this.limit, PLACE_TTL_MS);
      const [granted, taken] = answerSchema.parse(answer);
      this.#taken = taken;
      if (granted === 0) return false;
    } catch {
      // Told again with the next renewal.
    }
    this.#held.add(key);
    return true;
  }

  /** Gives it back; when Redis is away it ends by itself. Another node that holds it too says so within seconds. */
  async leave(key: string): Promise<void> {
    if (!this.#held.delete(key)) return;
    this.#taken -= 1;
    await this.#redis.zrem(this.#set, key).catch(() => undefined);
  }

  /** Says which places are still held; called by a timer. */
  async renew(): Promise<void> {
    const taken = await this.#redis
      .eval(RENEW, 1, this.#set, PLACE_TTL_MS, ...this.#held)
      .catch(() => undefined);
    if (typeof taken === 'number') this.#taken = taken;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#held].map((key) => this.leave(key)));
  }
}
