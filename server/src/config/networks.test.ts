import { describe, expect, test } from '@jest/globals';
import { isLoopback, NetworkList, plainAddress, subscriberOf } from './networks.ts';

describe('a list of networks', () => {
  const networks = new NetworkList(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32']);

  test.each([
    ['192.0.2.200', true],
    ['::ffff:192.0.2.200', true],
    ['192.0.3.1', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['2001:db8:1::9', true],
    ['2001:db9::1', false],
    ['unknown', false],
    ['', false],
  ])('says of %s: %s', (address, inside) => {
    expect(networks.has(address)).toBe(inside);
  });

  test.each(['nonsense', '192.0.2.0/33', '192.0.2.0/', '192.0.2.0/24/8', '2001:db8::/129', '10.0.0.0/-1'])(
    'refuses %s by its name',
    (entry) => {
      expect(() => new NetworkList([entry])).toThrow(entry);
    },
  );
});

test('this machine is known in both versions', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(isLoopback('128.0.0.1')).toBe(false);
});

test('limits count an IPv4 address, and an IPv6 network of one subscriber', () => {
  expect(plainAddress('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(subscriberOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(subscriberOf('2001:0DB8:0:1:aaaa::1')).toBe('2001:db8:0:1::/64');
  expect(subscriberOf('2001:db8:0:1::2')).toBe('2001:db8:0:1::/64');
  expect(subscriberOf('2001:db8::2')).toBe('2001:db8:0:0::/64');
  expect(subscriberOf('::1')).toBe('0:0:0:0::/64');
});
