import { beforeEach, describe, expect, test } from '@jest/globals';
import { CONNECT_WITHIN_MS, ICE_RETURN_MS, PeerReaper, type ReapedPeer } from './peer-reaper.ts';

type Transport = ReapedPeer['transport'];

let now: number;
let reaper: PeerReaper;
beforeEach(() => {
  now = 0;
  reaper = new PeerReaper(() => now);
});

/** A peer with one consumer, unless it is said otherwise. */
function peer(iceState: Transport['iceState'], dtlsState: Transport['dtlsState'], consumers = 1) {
  const transport = { id: 'a', iceState, dtlsState, close: () => undefined };
  return { transport, producers: new Set(), consumers: new Set(Array.from({ length: consumers }).keys()) };
}
const reapedAfter = (ms: number, ...peers: ReapedPeer[]) => {
  reaper.examine(peers);
  now += ms;
  return reaper.examine(peers);
};

describe('a peer', () => {
  test('that is connected is left alone', () => {
    expect(reapedAfter(3_600_000, peer('completed', 'connected'))).toBe(0);
  });

  test('that was given something and has not connected after half a minute is closed', () => {
    const late = peer('new', 'new');
    expect(reapedAfter(CONNECT_WITHIN_MS - 1, late)).toBe(0);
    expect(reapedAfter(1, late)).toBe(1);
  });

  test('that waits for the first stream of its room is left alone', () => {
    expect(reapedAfter(3_600_000, peer('new', 'new', 0))).toBe(0);
  });

  test('that ICE lost may come back; after a minute in all it is closed', () => {
    const lost = peer('disconnected', 'connected');
    expect(reapedAfter(ICE_RETURN_MS - 1, lost)).toBe(0);
    expect(reapedAfter(1, peer('completed', 'connected'))).toBe(0);
    expect(reapedAfter(ICE_RETURN_MS - 1, lost)).toBe(0);
    expect(reapedAfter(1, lost)).toBe(1);
  });

  test('whose DTLS has ended is closed at once', () => {
    expect(reaper.examine([peer('completed', 'closed')])).toBe(1);
    expect(reaper.examine([peer('connected', 'failed')])).toBe(1);
  });
});
