/** Bad input at every port, with one seed: `npm run fuzz` takes others. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fuzz, type FuzzReport } from './fuzz/fuzz.ts';

const SEED = 20_261_122;
const CASES = 5_000;
/** What caches may take, bytes; a leak of some kilobytes a case would take more. */
const MEMORY_BOUND = 32 * 1024 ** 2;
/** The wall dims a picture after 2 s and says so. */
const LONGEST_GAP_MS = 2_000;

describe('bad input of every kind at every port', () => {
  let report: FuzzReport;

  beforeAll(async () => {
    report = await fuzz({ seed: SEED, cases: CASES });
  }, 600_000);

  test('ends no process, and everything that waits for an answer gets a documented one', () => {
    expect(report.cases).toBeGreaterThanOrEqual(CASES);
    expect(report.findings).toEqual([]);
    expect(report.after.workerDeaths).toBe(0);
  });

  test('reaches DTLS, SRTP, RTP and RTCP, and not only the checks of state before them', () => {
    expect(report.missed).toEqual([]);
  });

  test('leaves no transport, producer, consumer, tap, stream or viewer behind', () => {
    expect(report.leaks).toEqual([]);
  });

  test('leaves memory bounded', () => {
    expect(report.after.serverHeldBytes - report.before.serverHeldBytes).toBeLessThan(MEMORY_BOUND);
    expect(report.after.mediaWorkerBytes - report.before.mediaWorkerBytes).toBeLessThan(MEMORY_BOUND);
  });

  test('does not touch a video that runs, nor its alarm channel', () => {
    for (const { name, seen } of report.steps) {
      expect({ name, alarmsOff: seen.alarmsOff }).toEqual({ name, alarmsOff: false });
      expect(seen.longestGapMs).toBeLessThan(LONGEST_GAP_MS);
    }
  });
});
