import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Members } from '../../cluster/members.ts';
import { pulseAlert } from '../../records/testing/fixtures.ts';
import { hasRedis } from '../../records/testing/redis.ts';
import { freePort } from '../../testing/free-port.ts';
import { holding } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { NodeBeside } from '../../testing/node-beside.ts';
import { claim, publish, watch } from '../../testing/scenes.ts';
import type { TestServer } from '../../testing/test-server.ts';
import type { SharedStream } from './node-signalling.ts';

const ROOM = { roomId: 'ward-a' };
const PATIENT = { patientId: 'P-101' };
/** A node is silent after three seconds. */
const NOTICED_WITHIN_MS = 8_000;
const bootId = randomUUID();
const talk = { ...ROOM, ...PATIENT, clinician: 'Dr Night' };

const streamOf = (patientId: string): SharedStream => ({
  ...{ ...ROOM, deviceId: randomUUID(), mimeType: 'video/VP8', sizes: [] },
  state: {
    ...{ streamId: randomUUID(), patientId, source: 'camera', startedAt: 0, lastPacketAt: 0 },
    ...{ maxSpatialLayer: 0, conditions: [], quality: 'good', privacy: null, talk: true },
  },
});

(hasRedis() ? describe : describe.skip)('a node that falls silent', () => {
  let beside: NodeBeside;
  let here: TestServer;

  beforeAll(async () => {
    beside = await NodeBeside.start();
  });
  beforeEach(async () => {
    here = await beside.startHere();
  });
  afterEach(() => beside.part());
  afterAll(() => beside.close());

  const holds = (streamId: string) =>
    eventually(() => here.sfu.remote.get(streamId), 'the stream is known', 10_000);
  const told = (reached: boolean) => (message: unknown) =>
    JSON.stringify(message) === JSON.stringify({ ...PATIENT, reached });

  test('has its beds marked for all who watch, join or only hear alarms, until it speaks again', async () => {
    const stream = streamOf(PATIENT.patientId);
    await beside.join({ 'node:snapshot': () => ({ ...holding(bootId), streams: [stream] }) });
    await holds(stream.state.streamId);
    const { monitor, snapshot } = await watch(here);
    const locked = await watch(here);
    here.access.lock(locked.userId);
    await locked.monitor.hears('session:locked');
    expect(snapshot.unreached).toEqual([]);
    beside.other.silent = true;
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    await locked.monitor.hears('patient:reached', told(false));
    expect((await watch(here)).snapshot.unreached).toEqual([PATIENT.patientId]);
    expect((await locked.monitor.request('room:join', ROOM)).unreached).toEqual([PATIENT.patientId]);
    beside.other.silent = false;
    await monitor.hears('patient:reached', told(true));
    await locked.monitor.hears('patient:reached', told(true));
    expect((await watch(here)).snapshot).toMatchObject({ unreached: [], streams: [{ conditions: [] }] });
    expect(monitor.heard('patient:reached')).toHaveLength(2);
  }, 30_000);

  test('has the bed of a patient marked of whom it told no more than an alert', async () => {
    const alert = pulseAlert(PATIENT.patientId, { id: randomUUID(), ...ROOM, startedAt: Date.now() });
    await beside.join({ 'node:snapshot': () => ({ ...holding(bootId), alerts: [alert] }) });
    const { monitor } = await watch(here);
    beside.other.silent = true;
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    expect((await watch(here)).snapshot).toMatchObject({ unreached: [PATIENT.patientId], alerts: [alert] });
  }, 30_000);

  test('has the bed of a patient marked whose device came to it while it was silent', async () => {
    await beside.join({});
    const { monitor } = await watch(here);
    const { device } = await claim(here, PATIENT.patientId);
    const { device: another } = await claim(here, 'P-102');
    beside.other.silent = true;
    await eventually(() => here.gauge('haven_cluster_nodes') === 0, 'it is silent', 10_000);
    const lease = `haven:lease:patient:${PATIENT.patientId}`;
    const epoch = Number(await beside.link.hget(lease, 'epoch')) + 1;
    await beside.link.hset(lease, { node: 'other', epoch, value: randomUUID() });
    await device.hears('stream:ended');
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    expect((await watch(here)).snapshot.unreached).toEqual([PATIENT.patientId]);
    expect(another.heard('stream:ended')).toEqual([]);
    beside.other.silent = false;
    await monitor.hears('patient:reached', told(true));
  }, 30_000);

  test('from the start on has every bed marked that has no picture here', async () => {
    await publish(here, 'P-102');
    const { monitor } = await watch(here);
    // It is there for everybody but this node.
    const port = await freePort();
    const about = { node: 'unmet', url: `http://127.0.0.1:${port}`, startedAt: Date.now(), draining: false };
    const unmet = new Members(beside.link, about);
    await unmet.beat();
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    expect((await watch(here)).snapshot.unreached).toEqual([PATIENT.patientId]);
    await unmet.close();
    await monitor.hears('patient:reached', told(true), NOTICED_WITHIN_MS);
    expect(monitor.heard('patient:reached')).toHaveLength(2);
  }, 30_000);

  test('has the bed of a patient marked no more whose device came to another node', async () => {
    const stream = streamOf(PATIENT.patientId);
    await beside.join({ 'node:snapshot': () => ({ ...holding(bootId), streams: [stream] }) });
    await holds(stream.state.streamId);
    const { monitor } = await watch(here);
    beside.other.silent = true;
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    const { token } = here.access.addDevice(PATIENT.patientId, stream.deviceId);
    const device = here.device(token);
    await device.connected();
    await device.request('publish:start', { requestId: randomUUID(), ...PATIENT, source: 'camera' });
    await monitor.hears('patient:reached', told(true));
  }, 30_000);

  test('is asked what it holds when it speaks again: its talks are shown once more', async () => {
    const stream = streamOf(PATIENT.patientId);
    await beside.join({ 'node:snapshot': () => ({ ...holding(bootId), streams: [stream], talks: [talk] }) });
    await holds(stream.state.streamId);
    const { monitor, snapshot } = await watch(here);
    const shown = { ...PATIENT, clinician: talk.clinician };
    expect(snapshot.talks).toMatchObject([shown]);
    beside.other.silent = true;
    await monitor.hears(
      'patient:talk',
      (message) => JSON.stringify(message).includes('null'),
      NOTICED_WITHIN_MS,
    );
    beside.other.silent = false;
    await monitor.hears('patient:talk', (message) => JSON.stringify(message).includes(talk.clinician));
    expect((await watch(here)).snapshot.talks).toMatchObject([shown]);
  }, 30_000);

  test('is asked again until it says what it holds, and is not heard before', async () => {
    let asked = 0;
    const stream = streamOf(PATIENT.patientId);
    await beside.join({
      'node:snapshot': () => {
        asked += 1;
        if (asked === 2) throw new Error('busy');
        return { ...holding(bootId), streams: [stream] };
      },
    });
    await holds(stream.state.streamId);
    const { monitor } = await watch(here);
    beside.other.silent = true;
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    beside.other.silent = false;
    await monitor.hears('patient:reached', told(true));
    expect(asked).toBe(3);
  }, 30_000);

  test('has streams that end while it says what it holds ended for their own reason', async () => {
    const [stays, ends] = [streamOf(PATIENT.patientId), streamOf('P-102')];
    let asked = 0;
    const { streamId, patientId } = ends.state;
    const reason = 'device-stopped';
    await beside.join({
      'node:snapshot': () => {
        asked += 1;
        if (asked === 1) return { ...holding(bootId), streams: [stays, ends] };
        beside.other.mesh.tell({ kind: 'stream-ended', ...ROOM, streamId, patientId, reason });
        return { ...holding(bootId), streams: [stays] };
      },
    });
    await holds(streamId);
    const { monitor } = await watch(here);
    beside.other.silent = true;
    await monitor.hears('patient:reached', told(false), NOTICED_WITHIN_MS);
    beside.other.silent = false;
    await monitor.hears('stream:ended');
    await monitor.hears('patient:reached', told(true));
    expect(monitor.heard('stream:ended')).toEqual([{ streamId, patientId, reason }]);
  }, 30_000);
});
