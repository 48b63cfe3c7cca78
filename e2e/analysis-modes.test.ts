/** What is measured of a patient, changed while everything runs, with the real CV worker and its decoders. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnalysisMode } from '@haven/protocol';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { descendants } from './support/process-tree.ts';
import { until, type Program } from './support/process.ts';

const PATIENT = 'P-101';
/** A change takes effect within this time, ms. */
const IN_FORCE_WITHIN_MS = 5000;

describe('what is measured of a patient', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  let device: Program;
  let accessToken: string;

  /** Decoders of the CV worker; the device has one of its own, elsewhere. */
  const decoders = () =>
    descendants(server.program.pid)
      .filter(({ command }) => command.includes('cv-worker/src/main.ts'))
      .flatMap(({ pid }) => descendants(pid))
      .filter(({ command }) => command.includes('ffmpeg'));
  const setMode = async (mode: AnalysisMode): Promise<number> => {
    const response = await fetch(`${server.url}/api/v1/patients/${PATIENT}/analysis-mode`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode, reason: 'asked for by a test' }),
    });
    expect(response.status).toBe(200);
    return Date.now();
  };

  beforeAll(async () => {
    server = await HavenServer.start();
    ({ accessToken } = await server.signIn());
    monitor = await MonitorClient.join(server.url, accessToken);
    device = await startDevice(server, PATIENT, '--synthetic', 'hr=72,rr=15', '--fps', '15');
    await until('a pulse', 60_000, () => monitor.latest(PATIENT)?.state === 'measured');
  }, 150_000);
  afterAll(async () => {
    monitor.close();
    await device.stop();
    await server.stop();
  }, 40_000);

  test('is nothing when it is off: within 5 s no decoder runs and no value comes, and the picture goes on', async () => {
    expect(decoders()).toHaveLength(1);
    await setMode('off');
    await until('no decoder', IN_FORCE_WITHIN_MS, () => decoders().length === 0);
    const quietSince = Date.now();
    // Twice the second in which values come otherwise.
    await until('two seconds', 5000, () => Date.now() - quietSince > 2000);
    const { streams } = await monitor.request('room:join', { roomId: 'ward-a' });
    const stream = streams.find(({ patientId }) => patientId === PATIENT);
    expect(stream?.conditions).toEqual([]);
    expect(stream?.lastPacketAt).toBeGreaterThan(quietSince);
    expect(monitor.vitals.filter(({ receivedAt }) => receivedAt > quietSince)).toEqual([]);
    expect(monitor.activeAlert(PATIENT, 'analysis-stopped')).toBeUndefined();
  }, 40_000);

  test('is presence and movement, and no rate, when only presence is watched', async () => {
    const changedAt = await setMode('presence');
    await until('a decoder', IN_FORCE_WITHIN_MS, () => decoders().length === 1);
    const motion = () => monitor.latest(PATIENT, 'motion', changedAt)?.state === 'measured';
    await until('movement', 15_000, motion);
    expect(monitor.latest(PATIENT, 'pulse', changedAt)?.reason ?? 'presence-only').toBe('presence-only');
  }, 40_000);

  test('is everything again', async () => {
    const changedAt = await setMode('both');
    await until('a pulse', 60_000, () => monitor.latest(PATIENT, 'pulse', changedAt)?.state === 'measured');
  }, 80_000);
});
