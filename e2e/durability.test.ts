/** What was acknowledged is kept, once, whoever is killed; and nobody at the wall notices that the database is away. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LoadedWard } from './support/loaded-ward.ts';
import { until } from './support/process.ts';
import type { Losses } from './support/durable-losses.ts';

const OUTAGE_MS = 8_000;
/** The journal is written out within this time, ms: the circuit tries again 30 s after it opened. */
const WRITTEN_WITHIN_MS = 60_000;

describe('under load', () => {
  let ward: LoadedWard;
  beforeAll(async () => {
    ward = await LoadedWard.start({ streams: 2, vitalsPerSecond: 50 });
    await until('an alert', 60_000, () => ward.witness.acknowledged.size > 0);
  }, 180_000);
  afterAll(() => ward.close(), 60_000);

  function expectNothingLost({ observations, alerts, acknowledgements }: Losses): void {
    expect(observations).toMatchObject({ missing: 0, doubled: 0 });
    expect(alerts).toMatchObject({ missingVersions: 0, doubled: 0 });
    expect(acknowledgements).toMatchObject({ missing: 0 });
    expect(Math.min(observations.acknowledged, alerts.versions, acknowledgements.confirmed)).toBeGreaterThan(
      0,
    );
  }

  test('a killed database loses and doubles nothing, and stops neither vitals nor video', async () => {
    const before = ward.worker.acknowledged.size;
    const { vitalsGapMs, videoGapMs } = await ward.killDatabase(OUTAGE_MS);
    expect(ward.worker.acknowledged.size).toBeGreaterThan(before);
    // What an eye would not call a standstill on a machine that does much else.
    expect(vitalsGapMs).toBeLessThan(3_000);
    expect(videoGapMs).toBeLessThan(3_000);
    expectNothingLost(await ward.losses(WRITTEN_WITHIN_MS));
  }, 120_000);

  test('a killed server loses and doubles nothing', async () => {
    await ward.killServer();
    expectNothingLost(await ward.losses(WRITTEN_WITHIN_MS));
  }, 180_000);
});
