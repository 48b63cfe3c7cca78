import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MonitorRequests, RtpParameters } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { opusParameters, vp8Parameters } from '../testing/rtp-parameters.ts';
import { publish, publishWithTalk, watch } from '../testing/scenes.ts';
import type { TestClient } from '../testing/test-client.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

type Monitor = TestClient<MonitorRequests>;
const PATIENT = { patientId: 'P-101' };

const audited = (action: string) => server.records.audited.filter((entry) => entry.action === action);
const start = (monitor: Monitor) => monitor.request('talk:start', { requestId: randomUUID(), ...PATIENT });

/** WebRTC transports of the patient's worker. */
async function transports(): Promise<number> {
  const { router } = server.sfu.streams.ofPatient('P-101')!.mediaWorker;
  return (await router.dump()).transportIds.length;
}

async function talking() {
  const { device, streamId } = await publishWithTalk(server, 'P-101');
  const clinician = await watch(server);
  const before = await transports();
  const talk = await start(clinician.monitor);
  const { talkId } = talk;
  await device.request('talk:join', { requestId: randomUUID(), talkId });
  return { ...clinician, device, streamId, talk, talkId, before };
}

const endOf = (client: { hears: Monitor['hears'] }) => client.hears('talk:ended');

describe('a talk', () => {
  test('rings at the bedside, is shown to the room, and each side is told when it can hear the other', async () => {
    const { device } = await publishWithTalk(server, 'P-101');
    const { monitor, userId } = await watch(server);
    const { monitor: neighbour } = await watch(server);
    const { talkId, until, routerRtpCapabilities: rtpCapabilities } = await start(monitor);
    expect(await device.hears('talk:started')).toEqual({ talkId, clinician: expect.any(String), until });
    expect(await neighbour.hears('patient:talk')).toEqual({ ...PATIENT, clinician: expect.any(String) });
    const requestId = randomUUID();
    await device.request('talk:join', { requestId, talkId });
    const consume = { requestId: randomUUID(), talkId, rtpCapabilities };
    await expect(device.request('talk:consume', consume)).rejects.toMatchObject({
      code: 'CONSUMER_UNKNOWN',
    });
    await monitor.request('talk:produce', { requestId, talkId, rtpParameters: opusParameters() });
    await device.hears('talk:heard');
    expect(monitor.heard('talk:heard')).toEqual([]);
    const heard = await device.request('talk:consume', consume);
    expect(heard.rtpParameters.codecs[0]).toMatchObject({ mimeType: 'audio/opus' });
    await device.request('talk:produce', {
      requestId: randomUUID(),
      talkId,
      rtpParameters: opusParameters(),
    });
    await monitor.hears('talk:heard');
    await monitor.request('talk:consume', { ...consume, requestId: randomUUID() });
    await monitor.request('talk:end', { talkId });
    expect(await endOf(device)).toEqual({ talkId, reason: 'finished' });
    await neighbour.hears('patient:talk', (event) => JSON.stringify(event).includes('"clinician":null'));
    expect(audited('talk:start')).toEqual([
      expect.objectContaining({ actor: `user:${userId}`, subject: 'patient:P-101' }),
    ]);
    expect(audited('talk:end')).toEqual([expect.objectContaining({ reason: 'finished' })]);
  });

  test('is told to whoever joins meanwhile', async () => {
    await talking();
    const { snapshot } = await watch(server);
    expect(snapshot.talks).toEqual([{ ...PATIENT, clinician: expect.any(String) }]);
  });

  test.each<[string, string, (scene: Awaited<ReturnType<typeof talking>>) => unknown]>([
    ['the bedside ends it', 'finished', ({ device, talkId }) => device.request('talk:end', { talkId })],
    ['the clinician leaves the room', 'finished', ({ monitor }) => monitor.request('room:leave', {})],
    ['the clinician is gone', 'clinician-lost', ({ monitor }) => monitor.close()],
    ['the device is gone', 'device-lost', ({ device }) => device.close()],
    [
      'the device stops publishing',
      'device-lost',
      ({ device, streamId }) => device.request('publish:stop', { streamId }),
    ],
    [
      'the room is taken from the clinician',
      'not-allowed',
      ({ userId }) => server.access.takeRoom(userId, 'ward-a'),
    ],
    ["the clinician's session is locked", 'not-allowed', ({ userId }) => server.access.lock(userId)],
    [
      'the bedside wants privacy',
      'not-allowed',
      ({ device, streamId }) =>
        device.request('publish:privacy', {
          ...{ requestId: randomUUID(), streamId },
          pause: { reason: 'wish', minutes: 5 },
        }),
    ],
    [
      'the media worker dies',
      'media-worker-died',
      () => process.kill(server.sfu.stats().pids[0]!, 'SIGKILL'),
    ],
  ])('ends when %s (%s), and its transports close', async (_what, reason, happens) => {
    const scene = await talking();
    const { device, monitor, talkId, before } = scene;
    expect(await transports()).toBe(before + 4);
    await happens(scene);
    const [last] = await eventually(() => {
      const ends = audited('talk:end');
      return ends.length > 0 ? ends : undefined;
    }, 'the end is kept');
    expect(last).toMatchObject({ reason });
    if (monitor.socket.connected) expect(await endOf(monitor)).toMatchObject({ talkId });
    if (device.socket.connected) expect(await endOf(device)).toMatchObject({ talkId });
    if (server.sfu.streams.ofPatient('P-101') !== undefined && reason !== 'media-worker-died') {
      await eventually(async () => (await transports()) === before, 'its transports are closed');
    }
  });

  test('is one at a time for a patient, and for a clinician the last one stands', async () => {
    const { monitor, device, talkId } = await talking();
    const { monitor: second } = await watch(server);
    await expect(start(second)).rejects.toMatchObject({ code: 'TALK_BUSY' });
    const again = await start(monitor);
    expect(again.talkId).not.toBe(talkId);
    expect(await endOf(device)).toEqual({ talkId, reason: 'finished' });
    await monitor.request('talk:end', { talkId: again.talkId });
    await start(second);
  });

  test('is one for a clinician who begins two at once in two tabs: the last one opened stands', async () => {
    const patients = ['P-101', 'P-102'];
    const devices = await Promise.all(
      patients.map(async (patientId) => (await publishWithTalk(server, patientId)).device),
    );
    const { monitor, userId } = await watch(server);
    const tab = server.monitor(server.access.addToken(userId));
    await tab.connected();
    await tab.request('room:join', { roomId: 'ward-a' });
    await Promise.allSettled(
      [monitor, tab].map((client, index) =>
        client.request('talk:start', { requestId: randomUUID(), patientId: patients[index]! }),
      ),
    );
    expect(server.gauge('haven_talks')).toBe(1);
    const told = () => devices.filter((device) => device.heard('talk:ended').length > 0).length;
    await eventually(() => told() > 0, 'a bedside is told');
    expect(told()).toBe(1);
    const { snapshot } = await watch(server);
    expect(snapshot.talks).toHaveLength(1);
  });

  test('is refused where the bedside cannot hear, has asked for privacy, or lies in another room', async () => {
    await publish(server, 'P-102');
    const { monitor } = await watch(server);
    const request = { requestId: randomUUID(), patientId: 'P-102' };
    await expect(monitor.request('talk:start', request)).rejects.toMatchObject({ code: 'TALK_UNSUPPORTED' });
    const { device, streamId } = await publishWithTalk(server, 'P-101');
    await device.request('publish:privacy', {
      ...{ requestId: randomUUID(), streamId },
      pause: { reason: 'conversation', minutes: 5 },
    });
    await expect(start(monitor)).rejects.toMatchObject({ code: 'PRIVACY_RUNS' });
    const { monitor: elsewhere } = await watch(server, 'ward-b');
    await expect(start(elsewhere)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
  });

  test('is nobody else’s: others can neither join, hear, speak nor end it', async () => {
    const { talkId } = await talking();
    const { monitor: other } = await watch(server);
    const requestId = randomUUID();
    for (const attempt of [
      other.request('talk:end', { talkId }),
      other.request('talk:produce', { requestId, talkId, rtpParameters: opusParameters() }),
      other.request('talk:consume', { requestId: randomUUID(), talkId, rtpCapabilities: {} }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'TALK_UNKNOWN' });
    }
  });

  test('carries voices only, one a side', async () => {
    const { monitor, talkId } = await talking();
    const speak = (rtpParameters: RtpParameters) =>
      monitor.request('talk:produce', { requestId: randomUUID(), talkId, rtpParameters });
    await expect(speak(vp8Parameters())).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' });
    await speak(opusParameters());
    await expect(speak(opusParameters())).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  });
});
