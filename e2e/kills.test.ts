/** Each component that can die is killed for real; what the user sees and how fast it heals is asserted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Alert, StoredVital } from '@haven/protocol';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { descendants, processes } from './support/process-tree.ts';
import { until, type Program } from './support/process.ts';

describe('after the violent death of a part', () => {
  let server: HavenServer;
  let monitor: MonitorClient;
  let device: Program;
  const patientId = 'P-101';

  const find = (part: string) => {
    const found = descendants(server.program.pid).find(({ command }) => command.includes(part));
    if (found === undefined) throw new Error(`no process with ${part}`);
    return found;
  };
  const cvWorker = () => find('cv-worker/src/main.ts');
  const vitalsAfter = (time: number) =>
    monitor.vitals.find((m) => m.patientId === patientId && m.receivedAt > time);
  const pulseAfter = (time: number) => monitor.latest(patientId, 'pulse', time)?.state === 'measured';
  /** When the newest frame that was analysed after `time` was taken; undefined while there is none. */
  const frameAfter = (time: number) => {
    const measuredAt = monitor.latest(patientId, 'motion', time)?.measuredAt ?? 0;
    return measuredAt > time ? measuredAt : undefined;
  };

  beforeAll(async () => {
    server = await HavenServer.start();
    monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
    device = await startDevice(server, patientId, '--synthetic', 'hr=138,rr=15', '--fps', '15');
    await until('a pulse', 60_000, () => pulseAfter(0));
  }, 150_000);
  afterAll(async () => {
    monitor.close();
    await device.stop();
    await server.stop();
  }, 40_000);

  test('ffmpeg: frames are analysed again within 3 s', async () => {
    const decoder = descendants(cvWorker().pid).find(({ command }) => command.includes('ffmpeg'));
    expect(decoder).toBeDefined();
    process.kill(decoder!.pid, 'SIGKILL');
    const killedAt = Date.now();
    // What it had decoded before its death may still be analysed in the next moment.
    const frame = await until('frames', 5000, () => frameAfter(killedAt + 300));
    expect(frame - killedAt).toBeLessThanOrEqual(3000);
  }, 30_000);

  test('ffmpeg that hangs: frames are analysed again within 8 s', async () => {
    const decoder = descendants(cvWorker().pid).find(({ command }) => command.includes('ffmpeg'));
    expect(decoder).toBeDefined();
    process.kill(decoder!.pid, 'SIGSTOP');
    const stoppedAt = Date.now();
    const frame = await until('frames', 10_000, () => frameAfter(stoppedAt + 300));
    expect(frame - stoppedAt).toBeLessThanOrEqual(8000);
  }, 30_000);

  test('the CV worker: frames are analysed within 10 s, a vital is measured within 25 s', async () => {
    process.kill(cvWorker().pid, 'SIGKILL');
    const killedAt = Date.now();
    await until('frames', 10_000, () => frameAfter(killedAt + 500));
    await until('a vital', 25_000 - (Date.now() - killedAt), () => pulseAfter(killedAt + 500));
  }, 40_000);

  test('the media worker: the stream is back within 10 s and measured again', async () => {
    process.kill(find('mediasoup-worker').pid, 'SIGKILL');
    const killedAt = Date.now();
    await until('the stream', 10_000, () => (monitor.streams.get(patientId)?.seenAt ?? 0) > killedAt);
    await until('frames', 15_000, () => frameAfter(killedAt + 1000));
  }, 40_000);

  test('the server: devices and viewers return within 10 s, and nothing that was acknowledged is lost', async () => {
    const alert = await until('the alert', 60_000, () => monitor.activeAlert(patientId, 'pulse-high'));
    await monitor.request('alert:acknowledge', { requestId: crypto.randomUUID(), alertId: alert.id });
    const acknowledged = monitor.vitals.filter((m) => m.patientId === patientId).map(({ at }) => at);
    const lastBefore = acknowledged.at(-1)!;

    await server.program.kill();
    await server.run();
    const upAt = Date.now();
    await until('the viewer', 10_000, () => monitor.socket.connected);
    await until(
      'the stream',
      10_000 - (Date.now() - upAt),
      () => (monitor.streams.get(patientId)?.seenAt ?? 0) > upAt - 5000,
    );
    await until('vitals', 20_000, () => vitalsAfter(upAt));

    const { accessToken } = await server.signIn();
    const since = acknowledged[0] - 1000;
    const answer = await server.get(
      `/api/v1/patients/${patientId}/vitals?since=${since}&until=${lastBefore}`,
      accessToken,
    );
    const { vitals } = (await answer.json()) as { vitals: StoredVital[] };
    const kept = new Set(vitals.filter(({ name }) => name === 'pulse').map(({ at }) => at));
    expect(acknowledged.filter((at) => !kept.has(at))).toEqual([]);
    expect(vitals.length).toBe(new Set(vitals.map(({ id }) => id)).size);

    const { alerts } = (await (await server.get('/api/v1/alerts', accessToken)).json()) as {
      alerts: Alert[];
    };
    expect(alerts.find(({ id }) => id === alert.id)?.acknowledgement).not.toBeNull();
  }, 150_000);

  test('SIGTERM stops everything in order within 10 s, without leaving a process behind', async () => {
    const children = descendants(server.program.pid).map(({ pid }) => pid);
    expect(children.length).toBeGreaterThan(2);
    const startedAt = Date.now();
    server.program.process.kill('SIGTERM');
    const { code } = await server.program.ended;
    expect(code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    const left = processes().filter(({ pid }) => children.includes(pid));
    expect(left).toEqual([]);
  }, 20_000);
});
