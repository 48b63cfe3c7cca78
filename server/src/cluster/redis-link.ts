import { Redis } from 'ioredis';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** A command that takes longer is given up, ms: its caller goes on with what it knows. */
const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Waits between attempts to reach Redis again: the first, and the longest, ms. */
const RECONNECT_MS = 200;
const LONGEST_RECONNECT_MS = 2_000;

/**
 * The connection through which nodes find each other. Nothing waits for a Redis that is away: a command fails at once,
 * and what runs goes on without.
 */
export function connectRedis(url: string, telemetry: Telemetry): Redis {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS, LONGEST_RECONNECT_MS),
  });
  let reachable = true;
  redis.on('ready', () => {
    if (!reachable) telemetry.logger.info('the cluster reaches Redis again');
    reachable = true;
  });
  redis.on('error', (error: Error) => {
    if (reachable)
      telemetry.logger.warn({ err: error }, 'the cluster does not reach Redis; what runs goes on');
    reachable = false;
  });
  telemetry.gauge('haven_cluster_redis_reachable', 'Whether Redis answers this node', () =>
    redis.status === 'ready' ? 1 : 0,
  );
  return redis;
}
