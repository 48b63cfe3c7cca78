import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConditionReport } from '../alerts/alert-service.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { ExpectedStreams, RETURN_AFTER_RESTART_MS } from './expected-streams.ts';

const directory = mkdtempSync(join(tmpdir(), 'haven-expected-'));
afterAll(() => rmSync(directory, { recursive: true }));

let dataDirectory: string;
let now = 1_000_000;
let reports: ConditionReport[];
/** Whether this node is the one to look after a patient. */
let takes: boolean | undefined;
beforeEach(() => {
  takes = true;
  dataDirectory = mkdtempSync(join(directory, 'run-'));
  reports = [];
});

function start(demo = false): ExpectedStreams {
  const report = (condition: ConditionReport) => {
    reports.push(condition);
    return Promise.resolve();
  };
  const config = { dataDirectory, demo };
  return new ExpectedStreams({
    config,
    alerts: { report },
    takes: () => Promise.resolve(takes),
    telemetry: new QuietTelemetry(),
    clock: () => now,
  });
}

/** A server that watched P-101 dies; the next one has run for long enough that the device should be back. */
async function restarted(watch: (before: ExpectedStreams) => void, demo = false): Promise<ExpectedStreams> {
  const before = start(demo);
  watch(before);
  await before.settled();
  const after = start(demo);
  now += RETURN_AFTER_RESTART_MS;
  return after;
}

describe('after a restart', () => {
  test('a device that does not return is missed, once, since the start', async () => {
    const streams = await restarted((before) => before.arrived('P-101', 'camera'));
    await streams.examine();
    await streams.examine();
    const at = now - RETURN_AFTER_RESTART_MS;
    expect(reports).toEqual([
      { patientId: 'P-101', source: 'camera', condition: 'signal-lost', present: true, at },
    ]);
  });

  test('a device is given some seconds to return', async () => {
    const streams = await restarted((before) => before.arrived('P-101', 'camera'));
    now -= 1;
    await streams.examine();
    expect(reports).toEqual([]);
  });

  test('a device that returned, or had stopped on purpose, is not missed', async () => {
    const streams = await restarted((before) => {
      before.arrived('P-101', 'camera');
      before.arrived('P-102', 'camera');
      before.stopped('P-102');
    });
    streams.arrived('P-101', 'camera');
    await streams.examine();
    expect(reports).toEqual([]);
  });

  test('a device that is still missing is remembered by the start after that', async () => {
    await restarted((before) => before.arrived('P-101', 'camera'));
    const streams = await restarted(() => undefined);
    await streams.examine();
    expect(reports).toHaveLength(1);
  });

  test('a simulated patient is missed in the demonstration only', async () => {
    await (await restarted((before) => before.arrived('P-101', 'synthetic'))).examine();
    expect(reports).toEqual([]);
    await (await restarted((before) => before.arrived('P-101', 'synthetic'), true)).examine();
    expect(reports).toHaveLength(1);
  });

  test('a patient whom another node has by now is neither missed here nor awaited at the next start', async () => {
    const streams = await restarted((before) => before.arrived('P-101', 'camera'));
    takes = false;
    await streams.examine();
    await streams.settled();
    takes = true;
    await (await restarted(() => undefined)).examine();
    expect(reports).toEqual([]);
  });

  test('a device is missed as soon as it is known that no other node has its patient', async () => {
    const streams = await restarted((before) => before.arrived('P-101', 'camera'));
    takes = undefined;
    await streams.examine();
    expect(reports).toEqual([]);
    takes = true;
    await streams.examine();
    expect(reports).toHaveLength(1);
  });

  test('a damaged list does not keep the server from starting', async () => {
    writeFileSync(join(dataDirectory, 'expected-streams.json'), '[{"patientId":');
    const streams = start();
    now += RETURN_AFTER_RESTART_MS;
    await streams.examine();
    expect(reports).toEqual([]);
  });
});
