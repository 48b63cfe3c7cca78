/** What clinicians at one node do at the bedside of a patient whose device is at another: talks and privacy. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MonitorRequests } from '@haven/protocol';
import { hasRedis } from '../../records/testing/redis.ts';
import { eventually } from '../../testing/eventually.ts';
import { opusParameters } from '../../testing/rtp-parameters.ts';
import { publish, publishWithTalk, watch } from '../../testing/scenes.ts';
import type { TestClient } from '../../testing/test-client.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { TwoNodes } from '../../testing/two-nodes.ts';

const PATIENT = { patientId: 'P-101' };
const OTHER_PATIENT = { patientId: 'P-102' };
const NOBODY = { clinician: null };
/** A link without a beat for so long is down. */
const NOTICED_WITHIN_MS = 10_000;

const whereRedisIs = hasRedis() ? describe : describe.skip;
type Monitor = TestClient<MonitorRequests>;

whereRedisIs('a bedside at another node', () => {
  let nodes: TwoNodes;
  let a: TestServer;
  let b: TestServer;

  beforeEach(async () => {
    nodes = await TwoNodes.start();
    ({ a, b } = nodes);
  }, 20_000);
  afterEach(() => nodes.close(), 20_000);

  /** The patient's device at node a, and a clinician at node b who sees the patient. */
  async function scene() {
    const bedside = await publishWithTalk(a, PATIENT.patientId);
    await eventually(() => b.sfu.remote.get(bedside.streamId), 'b knows the stream');
    return { ...bedside, ...(await watch(b)) };
  }
  const start = (monitor: Monitor, patient = PATIENT) =>
    monitor.request('talk:start', { requestId: randomUUID(), ...patient });
  async function talking() {
    const { device, monitor, streamId, userId } = await scene();
    const talk = await start(monitor);
    const { talkId } = talk;
    await device.request('talk:join', { requestId: randomUUID(), talkId });
    return { device, monitor, streamId, talk, talkId, userId };
  }
  const auditedAt = (node: TestServer, action: string) =>
    node.records.audited.filter((entry) => entry.action === action);
  const hears = (client: Pick<Monitor, 'hears'>, part: object) =>
    client.hears('patient:talk', (event) =>
      Object.entries(part).every(([key, value]) => fieldOf(event, key) === value),
    );

  test('is talked with: both hear each other, both wards see it, and who talked is audited where the patient is', async () => {
    const { monitor: neighbour } = await watch(a);
    const { device, monitor, talk, talkId, userId } = await talking();
    const { monitor: colleague, snapshot } = await watch(b);
    expect(snapshot.talks).toEqual([{ ...PATIENT, clinician: expect.any(String) }]);
    expect(await hears(neighbour, PATIENT)).toMatchObject({ clinician: expect.any(String) });
    const request = () => ({ requestId: randomUUID(), talkId });
    const { routerRtpCapabilities: rtpCapabilities } = talk;
    await monitor.request('talk:produce', { ...request(), rtpParameters: opusParameters() });
    await device.hears('talk:heard');
    await device.request('talk:produce', { ...request(), rtpParameters: opusParameters() });
    await monitor.hears('talk:heard');
    const heard = await monitor.request('talk:consume', { ...request(), rtpCapabilities });
    expect(heard.rtpParameters.codecs[0]?.mimeType).toBe('audio/opus');
    await monitor.request('talk:end', { talkId });
    expect(await device.hears('talk:ended')).toEqual({ talkId, reason: 'finished' });
    expect(await monitor.hears('talk:ended')).toEqual({ talkId, reason: 'finished' });
    await hears(colleague, NOBODY);
    expect((await watch(b)).snapshot.talks).toEqual([]);
    await eventually(() => auditedAt(a, 'talk:end').length === 1, 'the end is audited');
    expect(auditedAt(a, 'talk:start')).toEqual([
      expect.objectContaining({ actor: `user:${userId}`, subject: `patient:${PATIENT.patientId}` }),
    ]);
  });

  test('ends the talk itself, which the clinician hears', async () => {
    const { device, monitor, talkId } = await talking();
    await device.request('talk:end', { talkId });
    expect(await monitor.hears('talk:ended')).toEqual({ talkId, reason: 'finished' });
    await expect(
      monitor.request('talk:produce', { requestId: randomUUID(), talkId, rtpParameters: opusParameters() }),
    ).rejects.toMatchObject({ code: 'TALK_UNKNOWN' });
  });

  test('that cannot be talked with, or is busy, refuses as at its own node', async () => {
    const { monitor } = await talking();
    const other = await watch(b);
    await expect(start(other.monitor)).rejects.toMatchObject({ code: 'TALK_BUSY' });
    await expect(start(monitor, OTHER_PATIENT)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
  });

  test('is left when its clinician talks with another patient, at whichever node', async () => {
    const { device, talkId, monitor } = await talking();
    await publishWithTalk(b, OTHER_PATIENT.patientId);
    const { talkId: next } = await start(monitor, OTHER_PATIENT);
    expect(await device.hears('talk:ended')).toEqual({ talkId, reason: 'finished' });
    expect(next).not.toBe(talkId);
  });

  test('is left when the clinician’s node is gone', async () => {
    const first = await talking();
    await b.close();
    expect(await first.device.hears('talk:ended', () => true, NOTICED_WITHIN_MS)).toEqual({
      talkId: first.talkId,
      reason: 'clinician-lost',
    });
  }, 20_000);

  test('whose node is gone leaves no clinician waiting', async () => {
    const { monitor, talkId } = await talking();
    await a.close();
    expect(await monitor.hears('talk:ended', () => true, NOTICED_WITHIN_MS)).toMatchObject({ talkId });
  }, 20_000);

  test('is given privacy, and taken it from, at its own node; the bedside’s own wish has to be confirmed', async () => {
    const { device, monitor, streamId, userId } = await scene();
    const request = () => ({ requestId: randomUUID(), ...PATIENT });
    const privacy = await monitor.request('privacy:pause', {
      ...request(),
      ...{ reason: 'personal-care', minutes: 15 },
    });
    expect(await device.hears('stream:privacy')).toEqual({ streamId, privacy });
    expect(a.sfu.streams.get(streamId)?.privacy).toEqual(privacy);
    await eventually(() => b.sfu.remote.get(streamId)?.state.privacy !== null, 'b shows it');
    expect(auditedAt(b, 'privacy:pause')).toEqual([expect.objectContaining({ actor: `user:${userId}` })]);
    await monitor.request('privacy:resume', request());
    expect(a.sfu.streams.get(streamId)?.privacy).toBeNull();
    const wish = { reason: 'wish', minutes: 30 } as const;
    await device.request('publish:privacy', { requestId: randomUUID(), streamId, pause: wish });
    await expect(monitor.request('privacy:resume', request())).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    });
    await monitor.request('privacy:resume', { ...request(), confirmed: true });
    expect(a.sfu.streams.get(streamId)?.privacy).toBeNull();
  });

  test('has its privacy at whichever node it publishes next, also for a camera that knows of no pause, and its end', async () => {
    const { device, monitor, streamId } = await scene();
    const deviceId = a.sfu.streams.get(streamId)?.identity.deviceId;
    const [atA, atB] = [a, b].map(({ access }) => access.addDevice(PATIENT.patientId, deviceId).token);
    const request = () => ({ requestId: randomUUID(), ...PATIENT });
    const privacy = await monitor.request('privacy:pause', {
      ...request(),
      ...{ reason: 'examination', minutes: 20 },
    });
    const moved = await publish(b, PATIENT.patientId, atB);
    expect(moved.privacy).toEqual(privacy);
    expect(b.sfu.streams.get(moved.streamId)?.privacy).toEqual(privacy);
    await eventually(() => a.sfu.streams.get(streamId) === undefined, 'a has let go of it');
    await monitor.request('privacy:resume', request());
    device.close();
    const back = await publish(a, PATIENT.patientId, atA);
    expect(back.privacy).toBeNull();
    expect(a.sfu.streams.get(back.streamId)?.privacy).toBeNull();
  }, 30_000);

  test('that is nowhere now can be given its pictures back at any node', async () => {
    const { device, monitor, streamId } = await scene();
    const request = () => ({ requestId: randomUUID(), ...PATIENT });
    await monitor.request('privacy:pause', { ...request(), ...{ reason: 'visit', minutes: 20 } });
    await device.request('publish:stop', { streamId });
    await monitor.hears('stream:ended');
    await monitor.request('privacy:resume', request());
    expect(auditedAt(b, 'privacy:resume')).toHaveLength(1);
    const next = await publish(a, PATIENT.patientId);
    expect(next.privacy).toBeNull();
  });
});

function fieldOf(event: unknown, key: string): unknown {
  return typeof event === 'object' && event !== null ? Reflect.get(event, key) : undefined;
}
