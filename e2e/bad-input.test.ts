/** What a worker or an administrator should never send, sent to a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Assignment, Observation, StoredVital } from '@haven/protocol';
import { startDevice } from './support/device-agent.ts';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until, type Program } from './support/process.ts';
import { measured, ScriptedCvWorker } from './support/scripted-cv-worker.ts';

const PATIENT = 'P-101';
const OTHER_PATIENT = 'P-102';

describe('bad input', () => {
  let server: HavenServer;
  let device: Program;
  let worker: ScriptedCvWorker;
  let monitor: MonitorClient;
  let accessToken: string;
  let held: Assignment;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
    device = await startDevice(server, PATIENT, '--synthetic', 'hr=72', '--size', '320x240', '--fps', '10');
    worker = new ScriptedCvWorker(server.url, server.cvKey);
    ({ accessToken } = await server.signIn());
    monitor = await MonitorClient.join(server.url, accessToken);
    held = await until('the assignment', 30_000, () => worker.of(PATIENT));
  }, 120_000);
  afterAll(async () => {
    worker.close();
    monitor.close();
    await device.stop();
    await server.stop();
  }, 40_000);

  async function stored(patientId: string): Promise<StoredVital[]> {
    const answer = await server.get(`/api/v1/patients/${patientId}/vitals`, accessToken);
    return ((await answer.json()) as { vitals: StoredVital[] }).vitals;
  }

  test('observations that the worker has no right to are refused one by one, and leave nothing behind', async () => {
    const good = measured(held, 'pulse', 71);
    const refused: [Observation, string][] = [
      [measured({ ...held, patientId: OTHER_PATIENT }, 'pulse', 190), 'INVALID_REQUEST'],
      [measured({ ...held, assignmentId: randomUUID() }, 'pulse', 190), 'ASSIGNMENT_UNKNOWN'],
      [measured({ ...held, epoch: held.epoch - 1 }, 'pulse', 190), 'STALE_EPOCH'],
      [measured({ ...held, streamId: randomUUID() }, 'pulse', 190), 'INVALID_REQUEST'],
      [measured({ ...held, source: 'camera' }, 'pulse', 190), 'INVALID_REQUEST'],
      [measured(held, 'pulse', 190, Date.now() + 600_000), 'INVALID_REQUEST'],
      [measured(held, 'pulse', 190, Date.now() - 600_000), 'INVALID_REQUEST'],
    ];
    const answer = await worker.post([good, ...refused.map(([observation]) => observation)]);
    expect(answer.accepted).toBe(1);
    expect(answer.rejected).toEqual(refused.map(([{ id }, code]) => ({ id, code })));

    const kept = await stored(PATIENT);
    expect(kept.map(({ id }) => id)).toContain(good.id);
    expect(kept.map(({ value }) => value)).not.toContain(190);
    expect(await stored(OTHER_PATIENT)).toEqual([]);
    expect(monitor.latest(OTHER_PATIENT)).toBeUndefined();
    expect([...monitor.alerts.values()].filter(({ rule }) => rule === 'pulse-high')).toEqual([]);
  });

  test('a batch that no worker would make is refused as a whole', async () => {
    for (const observations of [
      [],
      [{ ...measured(held, 'pulse', 70), id: 'not-a-uuid' }],
      [{ ...measured(held, 'pulse', 70), at: Number.NaN }],
      [measured(held, 'pulse', 4000)],
      Array.from({ length: 201 }, () => measured(held, 'pulse', 70)),
    ]) {
      await expect(worker.post(observations)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });

  test('batches that come again, and in the wrong order, are kept once and raise no alert', async () => {
    const start = Date.now() - 20_000;
    // One crossing of a moment among normal values: in any order it is shorter than the rule's delay.
    const course = Array.from({ length: 20 }, (_, second) =>
      measured(held, 'pulse', second === 5 ? 170 : 75, start + 1000 * second),
    );
    for (const batch of [course.toReversed(), course, course.toReversed()])
      expect(await worker.post(batch)).toEqual({ accepted: 20, rejected: [] });
    const kept = (await stored(PATIENT)).map(({ id }) => id);
    for (const { id } of course) expect(kept.filter((other) => other === id)).toEqual([id]);
    expect(monitor.activeAlert(PATIENT, 'pulse-high')).toBeUndefined();
  });

  test('a patient who is being watched is not removed, and the stream goes on', async () => {
    const administrator = await server.signIn(server.administrator);
    const answer = await fetch(`${server.url}/api/v1/admin/patients/${PATIENT}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${administrator.accessToken}` },
    });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ error: { code: 'PATIENT_HAS_STREAM' } });
    expect(worker.of(PATIENT)).toEqual(held);
    expect((await worker.post([measured(held, 'pulse', 72)])).accepted).toBe(1);
  });
});
