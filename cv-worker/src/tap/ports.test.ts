import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { PortPairs } from './ports.ts';

const address = '127.0.0.1';
/** Outside of the range that taps use by default and of the system's ephemeral ports. */
const first = 21_100;

describe('port pairs of taps', () => {
  test('are even, different, and within the range', async () => {
    const ports = new PortPairs({ address, range: { first, last: first + 9 } });
    const pairs = await Promise.all(Array.from({ length: 5 }, () => ports.allocate()));
    expect(pairs.map((pair) => pair.rtp).sort()).toEqual([0, 2, 4, 6, 8].map((offset) => first + offset));
  });

  test('run out with a code, and are there again when one is given back', async () => {
    const ports = new PortPairs({ address, range: { first, last: first + 3 } });
    const pair = await ports.allocate();
    await ports.allocate();
    await expect(ports.allocate()).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    ports.release(pair);
    expect(await ports.allocate()).toEqual(pair);
  });

  test('round an odd range inwards', async () => {
    const ports = new PortPairs({ address, range: { first: first + 1, last: first + 4 } });
    expect(await ports.allocate()).toEqual({ rtp: first + 2 });
    await expect(ports.allocate()).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  });

  test.each([0, 1])('pass over a pair of which port %i is taken by somebody else', async (offset) => {
    const other = createSocket('udp4').bind(first + 20 + offset, address);
    await once(other, 'listening');
    try {
      const ports = new PortPairs({
        address,
        range: { first: first + 20, last: first + 23 },
        random: () => 0,
      });
      expect(await ports.allocate()).toEqual({ rtp: first + 22 });
    } finally {
      other.close();
    }
  });

  test('say what is wrong when the address is not this machine’s', async () => {
    const ports = new PortPairs({ address: '192.0.2.1', range: { first, last: first + 3 } });
    await expect(ports.allocate()).rejects.toThrow('EADDRNOTAVAIL');
  });
});
