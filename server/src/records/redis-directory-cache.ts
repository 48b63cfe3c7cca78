import { patientSchema, roomSchema } from '@haven/protocol';
import { Redis } from 'ioredis';
import { z } from 'zod';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Directory, DirectoryCache } from './directory-cache.ts';

/** The number rises when the form of the value changes: two versions of Haven then share nothing. */
const KEY = 'haven:directory:2';
/** A cache that takes longer than the store itself is none, ms. */
const COMMAND_TIMEOUT_MS = 100;
const CONNECT_TIMEOUT_MS = 2000;
/** Waits between attempts to reach Redis again: the first, and the longest, ms. */
const RECONNECT_MS = 200;
const LONGEST_RECONNECT_MS = 5000;
/** Thousands of patients; more are read from the store each time. */
const LONGEST_VALUE = 4 * 1024 * 1024;

const directorySchema = z.object({ rooms: z.array(roomSchema), patients: z.array(patientSchema) });

/** Shared by all servers on one Redis. While that is away, it has nothing, at once. */
export class RedisDirectoryCache implements DirectoryCache {
  readonly name = 'redis';
  readonly #redis: Redis;
  readonly #ttlMs: number;
  #reachable = true;

  constructor(url: string, ttlMs: number, telemetry: Telemetry) {
    this.#ttlMs = ttlMs;
    this.#redis = new Redis(url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      disconnectTimeout: COMMAND_TIMEOUT_MS,
      // Nobody waits for a Redis that is away.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS, LONGEST_RECONNECT_MS),
    });
    this.#redis.on('ready', () => {
      if (!this.#reachable) telemetry.logger.info('Redis answers again');
      this.#reachable = true;
    });
    this.#redis.on('error', (error: Error) => {
      if (this.#reachable) telemetry.logger.warn({ err: error }, 'Redis does not answer; the store is asked');
      this.#reachable = false;
    });
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  async get(): Promise<Directory | undefined> {
    try {
      const value = await this.#redis.get(KEY);
      return value === null ? undefined : directorySchema.parse(JSON.parse(value));
    } catch {
      return undefined;
    }
  }

  async put(directory: Directory): Promise<void> {
    const value = JSON.stringify(directory);
    if (value.length > LONGEST_VALUE) return;
    try {
      await this.#redis.set(KEY, value, 'PX', this.#ttlMs);
    } catch {
      // The next reader asks the store.
    }
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    return Promise.resolve();
  }
}
