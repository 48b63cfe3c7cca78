import { describe, expect, test } from '@jest/globals';
import { TileReception } from './tile-reception.ts';

const BYTES = 1000;
const FRAME_MS = 50;

/** Receives one packet a picture; picture and packet have the same number. */
function receive(tile: TileReception, number: number, now = number * FRAME_MS): void {
  const timestamp = (number * FRAME_MS * 90) % 2 ** 32;
  tile.receive(
    {
      ...{ payloadType: 101, sequenceNumber: number & 0xffff, timestamp, ssrc: tile.ssrc },
      ...{ headerBytes: 12, transportSequence: undefined },
    },
    BYTES,
    now,
  );
}

describe('What a tile receives', () => {
  test('is counted by packets, bytes and pictures, and begins anew when it is taken', () => {
    const tile = new TileReception(1);
    for (let number = 0; number < 10; number++) receive(tile, number);
    expect(tile.take(500)).toMatchObject({
      packets: 10,
      bytes: 10 * BYTES,
      pictures: 10,
      freezes: 0,
      lost: 0,
    });
    expect(tile.take(510)).toMatchObject({ packets: 0, pictures: 0, freezes: 0 });
  });

  test('freezes when no new picture comes for longer than a second', () => {
    const tile = new TileReception(1);
    receive(tile, 0, 0);
    receive(tile, 1, 900);
    receive(tile, 2, 2400);
    expect(tile.take(2400)).toMatchObject({ freezes: 1, frozenMs: 1500 });
  });

  test('freezes too when nothing comes until it is looked at', () => {
    const tile = new TileReception(1);
    receive(tile, 0, 0);
    expect(tile.take(3000)).toMatchObject({ freezes: 1, frozenMs: 3000 });
    expect(tile.take(3500)).toMatchObject({ freezes: 0 });
  });

  test('does not freeze while it is still on purpose', () => {
    const tile = new TileReception(1);
    receive(tile, 0, 0);
    tile.expectLive(false, 50);
    tile.expectLive(true, 9000);
    receive(tile, 1, 9100);
    expect(tile.take(9100)).toMatchObject({ freezes: 0 });
  });

  test('asks for what is missing a little later, again after a while, and gives it up in the end', () => {
    const tile = new TileReception(1);
    receive(tile, 65_534, 0);
    receive(tile, 65_537, 10);
    expect(tile.due(15)).toEqual({ ask: [], gaveUp: false });
    expect(tile.due(40)).toEqual({ ask: [65_535, 0], gaveUp: false });
    expect(tile.due(60).ask).toEqual([]);
    tile.repair(65_535, BYTES);
    expect(tile.due(200).ask).toEqual([0]);
    expect(tile.due(1500)).toEqual({ ask: [], gaveUp: true });
    expect(tile.take(1500)).toMatchObject({ repaired: 1, lost: 1 });
  });

  test('has lost nothing when packets overtake each other', () => {
    const tile = new TileReception(1);
    for (const number of [0, 2, 1, 3]) receive(tile, number, 10);
    expect(tile.due(1000)).toEqual({ ask: [], gaveUp: false });
  });

  test('says in its report which share was lost since the last one', () => {
    const tile = new TileReception(1);
    expect(tile.report()).toBeUndefined();
    for (const number of [0, 1, 3]) receive(tile, number);
    expect(tile.report()).toMatchObject({ highestSequence: 3, fractionLost: 64, packetsLost: 1 });
    receive(tile, 4);
    expect(tile.report()).toMatchObject({ fractionLost: 0, packetsLost: 1 });
  });

  test('has no jitter when pictures come as they were made, and some when they do not', () => {
    const [even, uneven] = [new TileReception(1), new TileReception(2)];
    for (let number = 0; number < 40; number++) {
      receive(even, number);
      receive(uneven, number, number * FRAME_MS + (number % 2) * 20);
    }
    expect(even.take(2000).jitter).toBeCloseTo(0, 1);
    expect(uneven.take(2000).jitter).toBeGreaterThan(10);
  });
});
