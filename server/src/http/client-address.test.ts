import { describe, expect, test } from '@jest/globals';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { NetworkList } from '../config/networks.ts';
import { clientAddress } from './client-address.ts';

const proxies = new NetworkList(['10.0.0.0/8']);

function requestFrom(peer: string, forwardedFor?: string): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor;
  return request;
}

describe('where a request comes from', () => {
  test.each([
    ['its peer', '192.0.2.1', undefined, '192.0.2.1'],
    ['its peer, whatever that claims', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['what a trusted proxy saw', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['what the first of two trusted proxies saw', '10.0.0.1', '198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['never what a client invented', '10.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['the proxy itself when it says nothing of use', '10.0.0.1', 'somewhere', '10.0.0.1'],
    ['written without its mapping', '::ffff:10.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
    ['an IPv6 address', '10.0.0.1', '2001:db8::7', '2001:db8::7'],
  ])('is %s', (_what, peer, forwardedFor, expected) => {
    expect(clientAddress(requestFrom(peer, forwardedFor), proxies)).toBe(expected);
  });
});
