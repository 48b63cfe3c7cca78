import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Alert } from '@haven/protocol';
import { Redis } from 'ioredis';
import { hasRedis } from '../../records/testing/redis.ts';
import { RETURN_AFTER_RESTART_MS } from '../expected-streams.ts';
import { PIPE_LINGER_MS } from '../../sfu/stream-pipes.ts';
import { WebRtcPeer } from '../../standards/testing/web-rtc-peer.ts';
import { eventually } from '../../testing/eventually.ts';
import { SDP, serveMedia } from '../../testing/media-api.ts';
import { claim, consume, publishRtp, watch } from '../../testing/scenes.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { TwoNodes } from '../../testing/two-nodes.ts';

const whereRedisIs = hasRedis() ? describe : describe.skip;
const BY_BALANCER = { extraHeaders: { 'x-forwarded-for': '192.0.2.1' } };
/** A lease of a node that is gone has run out, and its silence is noticed. */
const TAKEN_OVER_WITHIN_MS = 15_000;

whereRedisIs('two nodes', () => {
  let nodes: TwoNodes;
  let a: TestServer;
  let b: TestServer;

  beforeEach(async () => {
    nodes = await TwoNodes.start({ HAVEN_CLUSTER_MAX_DEVICES: '2', HAVEN_TRUSTED_PROXIES: '127.0.0.0/8' });
    ({ a, b } = nodes);
  }, 20_000);
  afterEach(() => nodes.close(), 20_000);

  test('show each other what they have, to those who join before and after', async () => {
    const { monitor } = await watch(b);
    const { streamId } = await publishRtp(a, 'P-101');
    await monitor.hears('stream:changed', (state) => isOf(state, streamId));
    const later = await watch(b);
    expect(later.snapshot.streams.map((stream) => stream.streamId)).toEqual([streamId]);
    a.sfu.streams.get(streamId)!.end('device-stopped');
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason: 'device-stopped' });
    expect((await watch(b)).snapshot.streams).toEqual([]);
  });

  test('carry a stream to the viewers of the other, and let go of it when nobody watches', async () => {
    const { streamId } = await publishRtp(a, 'P-101');
    const { monitor } = await watch(b);
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    const before = census();
    const { consumerId } = await consume(monitor, streamId);
    expect(b.sfu.remote.get(streamId)?.arrives).toBe(true);
    await monitor.request('consumer:close', { consumerId });
    b.advance(PIPE_LINGER_MS);
    await eventually(() => b.sfu.remote.get(streamId)?.arrives === false, 'it does not arrive any more');
    await monitor.request('room:leave', {});
    await eventually(() => a.gauge('haven_cluster_pipes') === 0, 'the pipe is closed');
    expect(census()).toEqual(before);
  });

  test('play a stream of the other over WHEP, and let go of it afterwards', async () => {
    const { streamId } = await publishRtp(a, 'P-101');
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    const api = await serveMedia(b);
    const { token } = b.access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
    const peer = new WebRtcPeer('recvonly', 121);
    b.atClose(() => peer.close());
    const response = await api.request('POST', '/whep/P-101', { token, type: SDP, body: await peer.offer() });
    expect(response.status).toBe(201);
    await peer.accept(await response.text());
    await eventually(() => peer.received > 10, 'packets to be received');
    const location = response.headers.get('location') ?? '';
    expect((await api.request('DELETE', location, { token })).status).toBe(200);
    b.advance(PIPE_LINGER_MS);
    await eventually(() => a.gauge('haven_cluster_pipes') === 0, 'the pipe is closed');
  });

  test('tell each other of alerts; what is done to one is done where it is watched over', async () => {
    const { monitor } = await watch(b);
    const alert = a.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    expect(await monitor.hears('alert')).toMatchObject({ id: alert.id, version: 1 });
    const { snapshot } = await watch(b);
    expect(snapshot.alerts.map(({ id }) => id)).toEqual([alert.id]);
    const done = await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    expect(done).toMatchObject({ id: alert.id, version: 2 });
    expect(a.alerts.active('ward-a')[0]?.acknowledgement).not.toBeNull();
    await monitor.hears('alert', (told) => (told as Alert).version === 2);
  });

  test('have one stream of a patient together: of another device none, of the same device the later one', async () => {
    const { token, deviceId } = a.access.addDevice('P-101');
    const elsewhere = b.access.addDevice('P-101');
    const first = await claim(a, 'P-101', token);
    await expect(claim(b, 'P-101', elsewhere.token)).rejects.toMatchObject({ code: 'PATIENT_HAS_DEVICE' });
    const same = b.access.addDevice('P-101', deviceId);
    await claim(b, 'P-101', same.token);
    expect(await first.device.hears('stream:ended')).toMatchObject({ reason: 'superseded' });
    expect([a, b].map((node) => node.sfu.streams.ofPatient('P-101') !== undefined)).toEqual([false, true]);
  });

  test('send a device away for good only where the same one is at the other', async () => {
    const { token } = a.access.addDevice('P-101');
    const { device, streamId } = await claim(a, 'P-101', token);
    // As when b let another device in while neither heard of the other.
    const client = new Redis(nodes.redis.url);
    const { epoch } = await client.hgetall('haven:lease:patient:P-101');
    await client.hset('haven:lease:patient:P-101', {
      node: 'b',
      epoch: Number(epoch) + 1,
      value: randomUUID(),
    });
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'server-stopping' });
    client.disconnect();
    expect(device.socket.connected).toBe(true);
    await expect(claim(a, 'P-101', token)).rejects.toMatchObject({ code: 'PATIENT_HAS_DEVICE' });
  }, 20_000);

  test('count the places of all devices together, whichever node they come to', async () => {
    await publishRtp(a, 'P-101');
    const { streamId } = await publishRtp(b, 'P-102');
    const third = a.access.addDevice('P-201').token;
    await expect(claim(a, 'P-201', third)).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    b.sfu.streams.get(streamId)!.end('device-stopped');
    await eventually(
      () =>
        claim(a, 'P-201', third).then(
          () => true,
          () => false,
        ),
      'there is a place again',
    );
  });

  test('go on while Redis is away: pictures, new viewers, alerts', async () => {
    const { streamId } = await publishRtp(a, 'P-101');
    const { monitor } = await watch(b);
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    await nodes.redis.kill();
    await consume(monitor, streamId);
    const alert = a.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    expect(await monitor.hears('alert')).toMatchObject({ id: alert.id });
    await publishRtp(b, 'P-102');
    await nodes.restartRedis();
    expect(a.sfu.streams.get(streamId)?.ended).toBe(false);
    expect(nodes.linked).toBe(true);
  });

  test('take over from one that is gone: its alerts stay on screen and can be acknowledged', async () => {
    const { streamId } = await publishRtp(a, 'P-101');
    const { monitor } = await watch(b);
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    const alert = a.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await monitor.hears('alert');
    await a.close();
    expect(await monitor.hears('stream:ended', () => true, TAKEN_OVER_WITHIN_MS)).toMatchObject({ streamId });
    await eventually(
      () => b.alerts.allActive().some(({ id }) => id === alert.id),
      'b watches over the alert',
      TAKEN_OVER_WITHIN_MS,
    );
    b.advance(RETURN_AFTER_RESTART_MS);
    await eventually(
      () => b.alerts.reports.some(({ condition, present }) => condition === 'signal-lost' && present),
      'b misses the device, which comes to nobody',
    );
    const done = await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    expect(done.acknowledgement).not.toBeNull();
    expect(monitor.heard('alert').filter((told) => !(told as Alert).active)).toEqual([]);
    await nodes.restartA();
    // Whoever joins waits until it knows.
    expect((await watch(nodes.a)).snapshot.alerts.map(({ id }) => id)).toEqual([alert.id]);
  }, 60_000);

  test('keep a device where it is that moved while Redis was away, and its alerts with it', async () => {
    const deviceId = randomUUID();
    const [atA, atB] = [a, b].map(({ access }) => access.addDevice('P-101', deviceId).token);
    const before = await publishRtp(a, 'P-101', atA);
    await eventually(() => b.sfu.remote.get(before.streamId), 'b knows the stream');
    const { monitor } = await watch(b);
    const alert = a.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await monitor.hears('alert');
    await nodes.redis.kill();
    await before.publisher.close();
    before.device.close();
    const { streamId } = await publishRtp(b, 'P-101', atB);
    await eventually(() => b.sfu.streams.get(streamId)?.live === true, 'its pictures arrive at b');
    await nodes.restartRedis();
    await eventually(
      () => a.sfu.streams.get(before.streamId)?.ended !== false,
      'a lets go of its stream',
      TAKEN_OVER_WITHIN_MS,
    );
    await eventually(
      () => b.alerts.allActive().some(({ id }) => id === alert.id),
      'b watches over the alert',
      TAKEN_OVER_WITHIN_MS,
    );
    expect(b.sfu.streams.get(streamId)?.ended).toBe(false);
    await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    expect(monitor.heard('alert').filter((told) => !(told as Alert).active)).toEqual([]);
  }, 60_000);

  test('have back whom another watched over while they were cut off, with what was done there', async () => {
    const { streamId } = await publishRtp(a, 'P-101');
    await eventually(() => b.sfu.remote.get(streamId), 'b knows the stream');
    const alert = a.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { monitor } = await watch(b);
    // As b has it when nothing was heard of a for longer than a lease is good for.
    const client = new Redis(nodes.redis.url);
    const { epoch } = await client.hgetall('haven:lease:patient:P-101');
    await client.hset('haven:lease:patient:P-101', { node: 'b', epoch: Number(epoch) + 1, value: '-' });
    await b.alerts.adopt(alert);
    const by = { userId: randomUUID(), displayName: 'Nurse' };
    const acknowledged = await b.alerts.acknowledge(alert.id, by, null);
    await eventually(
      async () => (await client.hget('haven:lease:patient:P-101', 'node')) === 'a',
      'a has the patient again',
      TAKEN_OVER_WITHIN_MS,
    );
    client.disconnect();
    expect(a.sfu.streams.get(streamId)?.ended).toBe(false);
    expect(a.alerts.ofPatient('P-101')).toEqual([acknowledged]);
    await eventually(
      () => a.alerts.reports.some(({ condition, present }) => condition === 'signal-lost' && !present),
      'a says that the device is there',
    );
    expect(monitor.heard('stream:ended')).toEqual([]);
  }, 30_000);

  test('send their clients on while they are drained and the other takes them, and not otherwise', async () => {
    const { monitor, token } = await watch(a);
    const comesBack = async (byBalancer = false) => {
      const client = a.monitor(token, byBalancer ? BY_BALANCER : {});
      const refusal = await client.connected();
      client.close();
      return refusal === undefined;
    };
    a.signalling.operations.drain(20_000);
    await eventually(() => !monitor.socket.connected, 'it is sent on');
    // At the first node itself it is let in, since it has been there.
    expect([await comesBack(), await comesBack(true)]).toEqual([true, false]);
    b.signalling.operations.drain(20_000);
    await eventually(async () => await comesBack(true), 'nobody is sent on to a node that takes none', 5_000);
    b.signalling.operations.undrain();
    await eventually(async () => !(await comesBack(true)), 'it is sent on again', 5_000);
    a.signalling.operations.undrain();
    expect(await comesBack(true)).toBe(true);
  }, 30_000);

  /** What the media workers of both carry. */
  function census() {
    return [a, b].map(({ sfu }) => sfu.observation.census.totals);
  }
});

function isOf(state: unknown, streamId: string): boolean {
  return typeof state === 'object' && state !== null && 'streamId' in state && state.streamId === streamId;
}
