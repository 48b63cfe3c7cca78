import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { assignmentSchema, type Assignment, type Observation, type Vital } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  server = await TestServer.start();
});
afterEach(async () => {
  for (const socket of sockets) socket.close();
  await server.close();
});

type Worker = ReturnType<TestServer['cvWorker']>;

async function startWorker(name = 'cv-1', capacity = 8): Promise<Worker> {
  const worker = server.cvWorker(server.access.addCvKey(), { name, capacity });
  await worker.connected();
  return worker;
}

async function assigned(worker: Worker, streamId?: string): Promise<Assignment> {
  const matches = (message: unknown): boolean =>
    streamId === undefined || assignmentSchema.parse(message).streamId === streamId;
  return assignmentSchema.parse(await worker.hears('assign', matches));
}

const pulse: Vital = {
  name: 'pulse',
  unit: '/min',
  state: 'measured',
  value: 72,
  quality: 0.9,
  method: 'POS',
  windowMs: 10_000,
  measuredAt: 1,
  reason: null,
};

function common({ assignmentId, epoch, patientId, streamId, source }: Assignment) {
  return { id: randomUUID(), assignmentId, epoch, patientId, streamId, source, at: Date.now() };
}

function vital(assignment: Assignment): Observation {
  return { ...common(assignment), kind: 'vital', vital: pulse };
}

/** A UDP port whose messages are counted. */
async function openPort() {
  const socket = createSocket('udp4');
  sockets.push(socket);
  const packets: Buffer[] = [];
  socket.on('message', (packet) => packets.push(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { rtpPort: socket.address().port, packets };
}

describe('a CV worker', () => {
  test('is given each live stream, and loses it when the stream ends', async () => {
    const worker = await startWorker();
    const { device, streamId } = await publish(server, 'P-101');
    const assignment = await assigned(worker, streamId);
    expect(assignment).toMatchObject({ patientId: 'P-101', source: 'camera' });
    await device.request('publish:stop', { streamId });
    const { assignmentId, epoch } = assignment;
    expect(await worker.hears('unassign')).toEqual({ assignmentId, epoch });
  });

  test('gets the RTP of a stream at its port once it is ready, from the address it was told', async () => {
    const worker = await startWorker();
    await publishRtp(server, 'P-101');
    const { assignmentId, epoch } = await assigned(worker);
    const { rtpPort, packets } = await openPort();
    const description = await worker.request('tap:open', { assignmentId, epoch, ip: '127.0.0.1', rtpPort });
    expect(description).toMatchObject({ mimeType: 'video/VP8', clockRate: 90_000, sourceIp: '127.0.0.1' });
    expect(packets).toEqual([]);
    await worker.request('tap:resume', { assignmentId });
    await worker.request('tap:key-frame', { assignmentId });
    const [packet] = await eventually(() => packets.length > 0 && packets, 'RTP arrives');
    expect(packet!.readUInt8(1) & 0x7f).toBe(description.payloadType);
    expect(packet!.readUInt32BE(8)).toBe(description.ssrc);
  });

  test('chooses the layers of its tap within what the stream has, and the publisher is told who watches', async () => {
    const worker = await startWorker();
    const { device } = await publish(server, 'P-101');
    const { assignmentId, epoch } = await assigned(worker);
    const early = worker.request('tap:layers', {
      assignmentId,
      layers: { spatialLayer: 1, temporalLayer: 1 },
    });
    await expect(early).rejects.toMatchObject({ code: 'TRANSPORT_UNKNOWN' });
    const { rtpPort } = await openPort();
    await worker.request('tap:open', { assignmentId, epoch, ip: '127.0.0.1', rtpPort });
    await worker.request('tap:resume', { assignmentId });
    const choose = (spatialLayer: number, temporalLayer: number) =>
      worker.request('tap:layers', { assignmentId, layers: { spatialLayer, temporalLayer } });
    expect(await choose(0, 1)).toEqual({ spatialLayer: 0, temporalLayer: 0 });
    server.advance(10_001);
    expect(await device.hears('stream:layers')).toMatchObject({ maxSpatialLayer: 0 });
    expect(await choose(2, 2)).toEqual({ spatialLayer: 1, temporalLayer: 0 });
    expect(
      await device.hears('stream:layers', (message) => JSON.stringify(message).includes('Layer":1')),
    ).toBeDefined();
  });

  test('may open its tap anew, which closes the earlier one', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const { assignmentId, epoch } = await assigned(worker);
    const target = { assignmentId, epoch, ip: '127.0.0.1', rtpPort: 40_000 };
    const first = await worker.request('tap:open', target);
    const second = await worker.request('tap:open', target);
    expect(second.sourcePort).not.toBe(first.sourcePort);
    expect(server.sfu.stats().taps).toBe(1);
  });

  test('may have no tap to an address that is not allowed, and that is audited', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const { assignmentId, epoch } = await assigned(worker);
    const answer = worker.request('tap:open', { assignmentId, epoch, ip: '192.0.2.1', rtpPort: 40_000 });
    await expect(answer).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(server.records.audited).toContainEqual(
      expect.objectContaining({ action: 'tap:open', result: 'refused', code: 'FORBIDDEN' }),
    );
  });

  test('has its observations kept, judged and shown before they are acknowledged', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const assignment = await assigned(worker);
    const { patientId, streamId, source } = assignment;
    const observation = vital(assignment);
    const absent: Observation = { ...common(assignment), kind: 'event', event: 'absent', confidence: 1 };
    expect(await worker.request('observations', { observations: [observation, absent] })).toEqual({
      accepted: 2,
      rejected: [],
    });
    expect([...server.records.observations.keys()]).toEqual([observation.id, absent.id]);
    expect(server.alerts.observed).toEqual([observation, absent]);
    expect(await monitor.hears('vitals')).toEqual({
      patientId,
      streamId,
      source,
      at: observation.at,
      vitals: [pulse],
    });
    expect(await monitor.hears('patient:event')).toEqual({ patientId, event: 'absent', at: absent.at });
    const { snapshot } = await watch(server);
    expect(snapshot.vitals).toHaveLength(1);
    server.advance(15_001);
    expect((await watch(server)).snapshot.vitals).toEqual([]);
  });

  test('has variability shown each second, and kept when it was measured', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const assignment = await assigned(worker);
    const sdnn: Vital = { ...pulse, name: 'sdnn', unit: 'ms', value: 42, windowMs: 60_000 };
    const none: Vital = { ...sdnn, name: 'rmssd', state: 'withheld', value: null, reason: 'too-short' };
    const at = Date.now();
    const posted = [sdnn, none].map((value) => ({ ...vital(assignment), at, vital: value }));
    expect(await worker.request('observations', { observations: posted })).toMatchObject({ accepted: 2 });
    expect([...server.records.observations.keys()]).toEqual([posted[0]?.id]);
    expect(await monitor.hears('vitals')).toMatchObject({ vitals: [sdnn, none] });
  });

  test('has the vitals of all its patients shown, however many come in one batch', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    const streams = [await publish(server, 'P-101'), await publish(server, 'P-102')];
    const assignments = await Promise.all(streams.map(({ streamId }) => assigned(worker, streamId)));
    await worker.request('observations', { observations: assignments.map(vital) });
    await eventually(() => monitor.heard('vitals').length === 2, 'both patients are shown');
  });

  test('has the conditions that it reports shown on the stream', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const assignment = await assigned(worker);
    const covered: Observation = {
      ...common(assignment),
      kind: 'condition',
      condition: 'camera-covered',
      present: true,
    };
    await worker.request('observations', { observations: [covered] });
    expect(await monitor.hears('stream:changed')).toMatchObject({ conditions: ['camera-covered'] });
  });

  test('has waveforms of its own streams passed on, and no others', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const { patientId, streamId } = await assigned(worker);
    const waveform = { patientId, streamId, startAt: Date.now(), samples: [0, null, 1] };
    const waveforms = [
      { ...waveform, patientId: 'P-102' },
      { ...waveform, streamId: randomUUID() },
      waveform,
    ];
    await worker.request('waveforms', { waveforms });
    await monitor.hears('waveform');
    expect(monitor.heard('waveform')).toEqual([waveform]);
  });

  test('tells a full disk by its code, while the wall still shows the values', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const observations = [vital(await assigned(worker))];
    server.records.full = true;
    await expect(worker.request('observations', { observations })).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    await monitor.hears('vitals');
    expect(server.alerts.observed).toHaveLength(1);
    server.records.full = false;
    expect(await worker.request('observations', { observations })).toMatchObject({ accepted: 1 });
  });

  test('is measured by what it says of itself', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const { assignmentId } = await assigned(worker);
    const status = (framesAnalysed: number) => ({
      threads: 2,
      busyThreads: 1,
      queuedFrames: 3,
      streams: [
        {
          assignmentId,
          framesDecoded: framesAnalysed,
          framesAnalysed,
          framesDropped: 0,
          decoderRestarts: 0,
          lastFrameAgeMs: 10,
          latencyMs: 20,
          frameRate: 7.5,
          reduced: true,
          layers: { spatialLayer: 0, temporalLayer: 1 },
        },
      ],
    });
    await worker.request('worker:status', status(10));
    await worker.request('worker:status', status(25));
    expect(server.telemetry.counts.get('haven_frames_analysed_total')).toBe(25);
    expect(server.telemetry.gauges.get('haven_cv_queued_frames')?.()).toBe(3);
    expect(server.telemetry.gauges.get('haven_cv_reduced_streams')?.()).toBe(1);
    expect(server.telemetry.gauges.get('haven_cv_frame_rate')?.()).toEqual([
      { value: 1, attributes: { frames_per_second: '7.5' } },
    ]);
  });

  test('has viewers told of a reduced frame rate, for as long as it is reduced', async () => {
    const worker = await startWorker();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const assignment = await assigned(worker);
    const report = (frameRate: number, reduced: boolean) =>
      worker.request('worker:status', {
        ...{ threads: 2, busyThreads: 2, queuedFrames: 0 },
        streams: [
          {
            ...{
              assignmentId: assignment.assignmentId,
              framesDecoded: 0,
              framesAnalysed: 0,
              framesDropped: 0,
            },
            ...{ decoderRestarts: 0, lastFrameAgeMs: null, latencyMs: null, frameRate, reduced },
            layers: { spatialLayer: 0, temporalLayer: 0 },
          },
        ],
      });
    await report(7.5, true);
    await worker.request('observations', { observations: [vital(assignment)] });
    expect(await monitor.hears('vitals')).toMatchObject({ reducedFrameRate: 7.5 });
    await report(15, false);
    await worker.request('observations', { observations: [{ ...vital(assignment), at: Date.now() + 1 }] });
    const second = await eventually(() => monitor.heard('vitals')[1], 'the second vitals');
    expect(second).not.toHaveProperty('reducedFrameRate');
  });
});

describe('assignments', () => {
  test('go to the least loaded worker that has room, and the rest wait', async () => {
    const small = await startWorker('small', 1);
    await publish(server, 'P-101');
    await assigned(small);
    await publish(server, 'P-102');
    expect(server.signalling.stats()).toMatchObject({ cvWorkers: 1, unassignedStreams: 1 });
    const other = await startWorker('other', 1);
    expect(await assigned(other)).toMatchObject({ patientId: 'P-102' });
  });

  test('move at once when their worker goes, with a higher epoch', async () => {
    const first = await startWorker('first');
    await publish(server, 'P-101');
    const before = await assigned(first);
    const second = await startWorker('second');
    first.close();
    const after = await assigned(second);
    expect(after.streamId).toBe(before.streamId);
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect(after.assignmentId).not.toBe(before.assignmentId);
  });

  test('fence off whoever held them before', async () => {
    const first = await startWorker('first');
    const { streamId } = await publish(server, 'P-101');
    const before = await assigned(first);
    const second = await startWorker('second');
    first.close();
    const after = await assigned(second, streamId);
    const stale = vital(before);
    const unknown = vital({ ...after, assignmentId: randomUUID() });
    const otherPatient = vital({ ...after, patientId: 'P-102' });
    const future = { ...vital(after), at: Date.now() + 3_600_000 };
    const good = vital(after);
    const observations = [stale, unknown, otherPatient, future, good];
    expect(await second.request('observations', { observations })).toEqual({
      accepted: 1,
      rejected: [
        { id: stale.id, code: 'STALE_EPOCH' },
        { id: unknown.id, code: 'ASSIGNMENT_UNKNOWN' },
        { id: otherPatient.id, code: 'INVALID_REQUEST' },
        { id: future.id, code: 'INVALID_REQUEST' },
      ],
    });
    expect([...server.records.observations.keys()]).toEqual([good.id]);
    const { assignmentId, epoch } = before;
    const tap = second.request('tap:open', { assignmentId, epoch, ip: '127.0.0.1', rtpPort: 40_000 });
    await expect(tap).rejects.toMatchObject({ code: 'ASSIGNMENT_UNKNOWN' });
  });

  test('of a worker whose key is revoked go to another', async () => {
    const key = server.access.addCvKey();
    const revoked = server.cvWorker(key);
    await revoked.connected();
    await publish(server, 'P-101');
    await assigned(revoked);
    const other = await startWorker('other');
    server.access.revoke(key);
    expect(await revoked.hears('session:ended')).toEqual({ code: 'TOKEN_REVOKED' });
    await assigned(other);
  });

  test('take along what their worker had reported and can no longer take back', async () => {
    const worker = await startWorker();
    await publish(server, 'P-101');
    const assignment = await assigned(worker);
    const dark: Observation = {
      ...common(assignment),
      kind: 'condition',
      condition: 'too-dark',
      present: true,
    };
    await worker.request('observations', { observations: [dark] });
    worker.close();
    const report = await eventually(
      () => server.alerts.reports.find(({ condition }) => condition === 'too-dark'),
      'the condition is cleared',
    );
    expect(report.present).toBe(false);
  });
});

describe('a stream that nobody analyses', () => {
  test('is marked after ten seconds and reported, until observations come', async () => {
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    const stopped = () => server.alerts.reports.filter(({ condition }) => condition === 'analysis-stopped');
    await monitor.hears('heartbeat');
    expect(stopped()).toEqual([]);
    server.advance(10_000);
    await monitor.hears('stream:changed', (state) => JSON.stringify(state).includes('analysis-stopped'));
    expect(stopped()).toEqual([expect.objectContaining({ patientId: 'P-101', present: true })]);
    const worker = await startWorker();
    const assignment = await assigned(worker);
    await worker.request('observations', {
      observations: [{ ...vital(assignment), at: Date.now() + 10_000 }],
    });
    await eventually(() => stopped().at(-1)?.present === false, 'the analysis goes on');
  });
});
