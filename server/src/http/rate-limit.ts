import { HavenError } from '@haven/protocol';
import type { RequestHandler } from 'express';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { subscriberOf, type NetworkList } from '../config/networks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { identifiedAddress } from './client-address.ts';

/** How often what a burst may take beyond the rate is given anew, s: a page's opening, not a program's habit. */
const BURST_AGAIN_AFTER_S = 10;

type Options = {
  /** Requests a second. */
  rate: number;
  /** Requests at once. */
  burst: number;
  /** Addresses that are not limited. */
  exempt: NetworkList;
  telemetry: Telemetry;
};

/**
 * Limits the requests of an address. It is answered before anything is parsed, looked up or audited, so that a flood
 * costs next to nothing; it tells in `RateLimit` (draft-ietf-httpapi-ratelimit-headers) what is left.
 */
export function limitRate({ rate, burst, exempt, telemetry }: Options): RequestHandler {
  const limiter = new BurstyRateLimiter(
    new RateLimiterMemory({ keyPrefix: 'rate', points: rate, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'burst', points: burst - rate, duration: BURST_AGAIN_AFTER_S }),
  );
  const refused = telemetry.counter('haven_http_rate_limited_total', 'HTTP requests beyond the rate limit');
  return async (request, response, next) => {
    const address = identifiedAddress(request);
    if (exempt.has(address)) {
      next();
      return;
    }
    response.setHeader('RateLimit-Policy', `"address";q=${rate};w=1`);
    try {
      const left = await limiter.consume(subscriberOf(address));
      response.setHeader('RateLimit', `"address";r=${left.remainingPoints};t=${seconds(left)}`);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      refused.add(1);
      response.setHeader('RateLimit', `"address";r=0;t=${seconds(error)}`);
      throw new HavenError('RATE_LIMITED', undefined, { retryAfterMs: Math.max(1, error.msBeforeNext) });
    }
    next();
  };
}

function seconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
