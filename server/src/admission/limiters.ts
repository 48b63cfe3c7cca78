import { HavenError } from '@haven/protocol';
import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

/** How often something may be done within a time, by each address or user. */
export type RateBound = {
  name: string;
  points: number;
  /** s */
  duration: number;
};

/** Opens what counts against a bound. */
export type OpenLimiter = (bound: RateBound) => RateLimiterAbstract;

/** Counts what is done at this node. */
export const limiterOfNode: OpenLimiter = ({ name, points, duration }) =>
  new RateLimiterMemory({ keyPrefix: name, points, duration });

/** Counts what is done at all nodes together; while Redis is away, at this one. */
export function limitersOfCluster(redis: Redis): OpenLimiter {
  return ({ name, points, duration }) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `haven:rate:${name}`,
      points,
      duration,
      rejectIfRedisNotReady: true,
      insuranceLimiter: limiterOfNode({ name, points, duration }),
    });
}

/**
 * Counts once more.
 * @throws HavenError RATE_LIMITED, with the time to wait, when the bound is reached
 */
export async function countAgainst(
  limiter: RateLimiterAbstract,
  key: string,
  refusal?: string,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new HavenError('RATE_LIMITED', refusal, { retryAfterMs: error.msBeforeNext, cause: error });
  }
}
