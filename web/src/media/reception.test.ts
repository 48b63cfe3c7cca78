import { expect, test } from '@jest/globals';
import { clientStatisticsSchema } from '@haven/protocol';
import { NOTHING_RECEIVED, readReception, receptionSince } from './reception.ts';

const inbound = (change: object = {}) => ({
  ...{ type: 'inbound-rtp', id: 'a', kind: 'video', framesDecoded: 100, framesDropped: 2, freezeCount: 1 },
  ...{ totalFreezesDuration: 0.5, packetsReceived: 400, packetsLost: 8, totalDecodeTime: 0.3 },
  ...{ totalProcessingDelay: 4, jitter: 0.004 },
  ...change,
});
const pair = { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 };

test('tells what came since the last reading, of all streams together', () => {
  const before = readReception([inbound(), pair]);
  const now = readReception([
    inbound({ framesDecoded: 200, packetsReceived: 800, packetsLost: 6, totalDecodeTime: 0.8 }),
    inbound({ id: 'b', jitter: 0.03, framesDecoded: 100, totalDecodeTime: 0.1 }),
    { type: 'codec', id: 'c' },
    pair,
  ]);
  expect(receptionSince(before, now)).toMatchObject({
    ...{ tiles: 2, framesDecoded: 200, framesDropped: 2, freezes: 1, freezeMs: 500 },
    // What was lost and came late is not counted below nothing.
    ...{ packetsReceived: 800, packetsLost: 8, jitterMs: 30, roundTripMs: 20 },
    decodeMs: expect.closeTo(3),
    delayMs: 20,
  });
});

test('counts no freeze of a picture that was paused on purpose', () => {
  const before = readReception([]);
  const now = readReception([
    inbound({ trackIdentifier: 'hidden' }),
    inbound({ id: 'b', trackIdentifier: 'seen', freezeCount: 2, totalFreezesDuration: 0.25 }),
  ]);
  expect(receptionSince(before, now, new Set(['hidden']))).toMatchObject({
    ...{ tiles: 2, freezes: 2, freezeMs: 250, packetsReceived: 800 },
  });
});

test('is of the form that the server takes, whatever a browser leaves out', () => {
  const now = readReception([{ type: 'inbound-rtp', id: 'a', kind: 'video' }]);
  const report = receptionSince(NOTHING_RECEIVED, now);
  expect(clientStatisticsSchema.parse(report)).toMatchObject({ tiles: 1, decodeMs: null, roundTripMs: null });
});

test('tells nothing when nothing is received, or only voices', () => {
  expect(receptionSince(NOTHING_RECEIVED, readReception([pair, inbound({ kind: 'audio' })]))).toBeNull();
});
