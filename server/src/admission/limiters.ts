import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible';

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
