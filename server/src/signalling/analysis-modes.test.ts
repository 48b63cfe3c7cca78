import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { assignmentSchema, HavenError, type Observation, type Patient } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { AnalysisModes } from './analysis-modes.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

type Worker = ReturnType<TestServer['cvWorker']>;

async function startWorker(): Promise<Worker> {
  const worker = server.cvWorker(server.access.addCvKey());
  await worker.connected();
  return worker;
}
const ofMode = (mode: string) => (message: unknown) => assignmentSchema.parse(message).mode === mode;
const assigned = async (worker: Worker, mode: string) =>
  assignmentSchema.parse(await worker.hears('assign', ofMode(mode)));

describe('what is measured of a patient', () => {
  test('comes with the assignment, and another mode is another assignment', async () => {
    const worker = await startWorker();
    const { monitor, snapshot } = await watch(server);
    expect(snapshot.patients.map(({ analysisMode }) => analysisMode)).toEqual(['both', 'both']);
    const { streamId } = await publish(server, 'P-101');
    const { assignmentId, epoch } = await assigned(worker, 'both');
    await server.records.setAnalysisMode('P-101', 'presence');
    expect(await monitor.hears('patient:analysis-mode')).toEqual({ patientId: 'P-101', mode: 'presence' });
    expect(await worker.hears('unassign')).toEqual({ assignmentId, epoch });
    const after = await assigned(worker, 'presence');
    expect(after).toMatchObject({ patientId: 'P-101', streamId });
    expect(after.epoch).toBeGreaterThan(epoch);
  });

  test('can be nothing: then the tap is closed, and no analysis is missed', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const { assignmentId, epoch, patientId, streamId, source } = await assigned(worker, 'both');
    await worker.request('tap:open', { assignmentId, epoch, ip: '127.0.0.1', rtpPort: 40_000 });
    expect(server.sfu.stats().taps).toBe(1);
    await server.records.setAnalysisMode('P-101', 'off');
    await worker.hears('unassign');
    expect(server.sfu.stats().taps).toBe(0);
    expect(server.signalling.stats()).toMatchObject({ unassignedStreams: 0 });
    expect(server.telemetry.gauges.get('haven_streams_by_analysis_mode')?.()).toContainEqual({
      value: 1,
      attributes: { mode: 'off' },
    });
    const late: Observation = {
      ...{ id: randomUUID(), assignmentId, epoch, patientId, streamId, source, at: Date.now() },
      ...{ kind: 'event', event: 'absent', confidence: 1 },
    };
    expect(await worker.request('observations', { observations: [late] })).toMatchObject({
      rejected: [{ id: late.id, code: 'ASSIGNMENT_UNKNOWN' }],
    });
    server.advance(20_000);
    await server.records.setAnalysisMode('P-101', 'vitals');
    await assigned(worker, 'vitals');
    expect(server.alerts.reports.filter(({ condition }) => condition === 'analysis-stopped')).toEqual([]);
  });

  test('ends a stopped analysis that was reported, when nothing is measured any more', async () => {
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    await monitor.hears('heartbeat');
    server.advance(10_000);
    await monitor.hears('stream:changed', (state) => JSON.stringify(state).includes('analysis-stopped'));
    await server.records.setAnalysisMode('P-101', 'off');
    const stopped = () => server.alerts.reports.filter(({ condition }) => condition === 'analysis-stopped');
    await eventually(() => stopped().at(-1)?.present === false, 'the technical alert is over');
  });
});

describe('the look at what is measured', () => {
  test('knows nothing while nobody can tell, and keeps what it knew', async () => {
    const patient: Patient = { id: 'P-101', roomId: 'ward-a', name: 'N', bed: '1', analysisMode: 'both' };
    let answer: () => Promise<Patient[]> = () => Promise.reject(new HavenError('STORAGE_UNAVAILABLE'));
    const modes = new AnalysisModes({
      records: { rooms: () => Promise.resolve([]), patientsOf: () => answer() },
      telemetry: server.telemetry,
    });
    const changes: unknown[] = [];
    modes.on('changed', ({ mode, first }) => changes.push([mode, first]));
    await modes.look();
    expect(modes.of('P-101')).toBeUndefined();
    answer = () => Promise.resolve([patient]);
    await modes.look();
    await modes.look();
    answer = () => Promise.reject(new HavenError('STORAGE_UNAVAILABLE'));
    await modes.look();
    expect(modes.of('P-101')).toBe('both');
    answer = () => Promise.resolve([{ ...patient, analysisMode: 'off' }]);
    await modes.look();
    expect(changes).toEqual([
      ['both', true],
      ['off', false],
    ]);
  });
});

describe('a patient in alert', () => {
  test('is told to whoever analyses them, as soon as the alert is raised', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const { assignmentId } = await assigned(worker, 'both');
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    expect(await worker.hears('assignment:priority')).toEqual({ assignmentId, inAlert: true });
  });

  test('is so from the beginning when the alert is older than the stream', async () => {
    const worker = await startWorker();
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await publish(server, 'P-101');
    const { assignmentId } = await assigned(worker, 'both');
    expect(await worker.hears('assignment:priority')).toEqual({ assignmentId, inAlert: true });
  });
});
