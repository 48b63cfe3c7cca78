import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { plainAddress, type NetworkList } from '../config/networks.ts';

/** More hops than any installation has; what a client invents beyond is not read. */
const MOST_HOPS = 8;
const UNKNOWN = 'unknown';

const identified = new WeakMap<IncomingMessage, string>();

/**
 * Where a request comes from. Each proxy appends the address that it was called from to `X-Forwarded-For`: the list is
 * read from its end for as long as the one who wrote it is a trusted proxy, so that nobody else can choose an address.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: NetworkList): string {
  let address = peerAddress(request);
  const given = request.headers['x-forwarded-for'];
  if (given === undefined || !trustedProxies.has(address)) return address;
  const hops = [given].flat().join(',').split(',').slice(-MOST_HOPS);
  for (const hop of hops.toReversed()) {
    const candidate = plainAddress(hop.trim());
    if (!trustedProxies.has(address) || isIP(candidate) === 0) break;
    address = candidate;
  }
  return address;
}

/** Whether a trusted proxy, such as a balancer, passes the request on. */
export function isProxied(request: IncomingMessage, trustedProxies: NetworkList): boolean {
  return request.headers['x-forwarded-for'] !== undefined && trustedProxies.has(peerAddress(request));
}

/** Settles once a request where it comes from; {@link identifiedAddress} tells it from then on. */
export function identifyClient(trustedProxies: NetworkList): RequestHandler {
  return (request, _response, next) => {
    identified.set(request, clientAddress(request, trustedProxies));
    next();
  };
}

export function identifiedAddress(request: IncomingMessage): string {
  return identified.get(request) ?? peerAddress(request);
}

function peerAddress(request: IncomingMessage): string {
  return plainAddress(request.socket.remoteAddress ?? UNKNOWN);
}
