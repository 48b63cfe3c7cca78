import { describe, expect, test } from '@jest/globals';
import { NetworkList } from '../config/networks.ts';
import { AddressLimits } from './address-limits.ts';
import { Slots } from './slots.ts';

describe('places', () => {
  test('are refused when all are taken, with a time to come back', () => {
    const slots = new Slots(1);
    slots.take('a');
    expect(() => slots.take('b')).toThrow(
      expect.objectContaining({ code: 'CAPACITY_EXCEEDED', retryAfterMs: 5_000 }),
    );
  });

  test('of one key are one place, free when the last holder leaves', () => {
    const slots = new Slots(1);
    const [first, second] = [slots.take('a'), slots.take('a')];
    first();
    first();
    expect(slots.taken).toBe(1);
    second();
    expect(slots.taken).toBe(0);
  });
});

describe('an address', () => {
  test('has ten connections at a time', () => {
    const limits = new AddressLimits(new NetworkList(['198.51.100.0/24']));
    const connections = Array.from({ length: 10 }, () => limits.connected('192.0.2.1'));
    expect(limits.mayConnect('192.0.2.1')).toBe(false);
    expect(limits.mayConnect('192.0.2.2')).toBe(true);
    connections[0]!();
    expect(limits.mayConnect('192.0.2.1')).toBe(true);
  });

  test('may not sign in any more after ten refusals', async () => {
    const limits = new AddressLimits(new NetworkList(['198.51.100.0/24']));
    for (let refusal = 0; refusal < 12; refusal++) await limits.countRefusal('192.0.2.1');
    await expect(limits.assertMaySignIn('192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await limits.assertMaySignIn('192.0.2.2');
  });

  test('of this machine or of a trusted network is not limited', async () => {
    const limits = new AddressLimits(new NetworkList(['198.51.100.0/24']));
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '198.51.100.7']) {
      for (let attempt = 0; attempt < 12; attempt++) {
        limits.connected(address);
        await limits.countRefusal(address);
      }
      expect(limits.mayConnect(address)).toBe(true);
      await limits.assertMaySignIn(address);
    }
  });
});
