import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Privacy } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { vp8Parameters } from '../testing/rtp-parameters.ts';
import { claim, produce, publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const MINUTE_MS = 60_000;
const PATIENT = { patientId: 'P-101' };
const signals = () => server.alerts.reports.filter(({ condition }) => condition === 'signal-lost');
const audited = (action: string) => server.records.audited.filter((entry) => entry.action === action);
const streamOf = () => server.sfu.streams.ofPatient('P-101');

/** Whether the SFU passes the patient's packets on. */
async function passes(): Promise<boolean> {
  const stream = streamOf();
  if (stream === undefined) return false;
  const { producer } = await stream.lendProducer(stream.mediaWorker);
  return !producer.paused;
}

const pause = (monitor: Awaited<ReturnType<typeof watch>>['monitor'], more: { confirmed?: boolean } = {}) =>
  monitor.request('privacy:pause', {
    requestId: randomUUID(),
    ...PATIENT,
    reason: 'personal-care',
    minutes: 15,
    ...more,
  });
const resume = (monitor: Awaited<ReturnType<typeof watch>>['monitor'], more: { confirmed?: boolean } = {}) =>
  monitor.request('privacy:resume', { requestId: randomUUID(), ...PATIENT, ...more });
const atBedside = (device: ReturnType<TestServer['device']>, streamId: string, minutes: number | null) =>
  device.request('publish:privacy', {
    requestId: randomUUID(),
    streamId,
    pause: minutes === null ? null : { reason: 'wish', minutes },
  });

describe("a patient's privacy", () => {
  test('asked for by a clinician stops the picture at the server too, is told to the device and the room, and kept', async () => {
    const { monitor, userId } = await watch(server);
    const { device, streamId } = await publishRtp(server, 'P-101');
    await eventually(passes, 'the picture is passed on');
    const privacy = await pause(monitor);
    expect(privacy).toMatchObject({ reason: 'personal-care', by: 'clinician' });
    expect(privacy.until - privacy.since).toBe(15 * MINUTE_MS);
    expect(await device.hears('stream:privacy')).toEqual({ streamId, privacy });
    expect(await monitor.hears('stream:changed')).toMatchObject({ streamId, privacy });
    await eventually(async () => !(await passes()), 'the picture is paused');
    expect(audited('privacy:pause')).toEqual([
      expect.objectContaining({
        actor: `user:${userId}`,
        subject: 'patient:P-101',
        reason: 'personal-care, 15 min',
      }),
    ]);
    await resume(monitor);
    await device.hears('stream:privacy', (event) => JSON.stringify(event).includes('"privacy":null'));
    await eventually(passes, 'the picture is passed on again');
    expect(audited('privacy:resume')).toHaveLength(1);
  });

  test('raises no alarm while no packets come, and one when none come after it', async () => {
    const { monitor } = await watch(server);
    const { publisher } = await publishRtp(server, 'P-101');
    await eventually(() => signals().length === 1, 'packets arrive');
    await pause(monitor);
    publisher.pause();
    for (let passed = 0; passed < 10; passed += 1) {
      server.advance(1000);
      await streamOf()?.examine();
    }
    expect(signals().at(-1)).toMatchObject({ present: false });
    await resume(monitor);
    await eventually(() => {
      server.advance(200);
      return signals().at(-1)?.present === true;
    }, 'the loss is reported');
  });

  test('clears a lost signal that it explains', async () => {
    const { monitor } = await watch(server);
    const { publisher } = await publishRtp(server, 'P-101');
    await eventually(() => signals().length === 1, 'packets arrive');
    publisher.pause();
    await eventually(() => {
      server.advance(200);
      return signals().at(-1)?.present === true;
    }, 'the loss is reported');
    await pause(monitor);
    expect(signals().at(-1)).toMatchObject({ present: false });
  });

  test('takes the stream from its CV worker and gives it back at the end', async () => {
    const worker = server.cvWorker(server.access.addCvKey());
    await worker.connected();
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    await worker.hears('assign');
    await pause(monitor);
    await worker.hears('unassign');
    server.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(streamOf()?.state.conditions).toEqual([]);
    await resume(monitor);
    await eventually(() => worker.heard('assign').length === 2, 'it is given out again');
  });

  test('ends by itself, which is kept too', async () => {
    const { monitor } = await watch(server);
    const { device } = await publish(server, 'P-101');
    await pause(monitor);
    server.advance(15 * MINUTE_MS);
    await device.hears('stream:privacy', (event) => JSON.stringify(event).includes('"privacy":null'));
    await eventually(passes, 'the picture is passed on again');
    expect(audited('privacy:end')).toEqual([expect.objectContaining({ actor: 'system' })]);
  });

  test('outlives its stream: the device that publishes again is told, and sends nothing on', async () => {
    const { monitor } = await watch(server);
    const { token } = await publish(server, 'P-101');
    const privacy = await pause(monitor);
    const again = await publish(server, 'P-101', token);
    expect(again.privacy).toEqual(privacy);
    expect(await passes()).toBe(false);
    expect(streamOf()?.state.privacy).toEqual(privacy);
  });

  test('is brought back by a device after a restart of the server, for no longer than a pause may be', async () => {
    const { token } = server.access.addDevice('P-101');
    const device = server.device(token);
    await device.connected();
    const now = Date.now();
    const brought: Privacy = { reason: 'visit', by: 'bedside', since: now, until: now + 600 * MINUTE_MS };
    const { streamId, privacy } = await device.request('publish:start', {
      ...{ requestId: randomUUID(), source: 'camera' },
      ...PATIENT,
      privacy: brought,
    });
    await produce(device, streamId, vp8Parameters());
    expect(privacy).toMatchObject({ reason: 'visit', by: 'bedside' });
    expect(privacy!.until).toBeLessThanOrEqual(Date.now() + 60 * MINUTE_MS);
    expect(await passes()).toBe(false);
  });

  test('that was ended while the device was away is not brought back', async () => {
    const { monitor } = await watch(server);
    const { token, device } = await publish(server, 'P-101');
    const privacy = await pause(monitor);
    device.close();
    await resume(monitor);
    const returned = server.device(token);
    await returned.connected();
    const answer = await returned.request('publish:start', {
      ...{ requestId: randomUUID(), source: 'camera' },
      ...PATIENT,
      privacy,
    });
    expect(answer.privacy).toBeNull();
  });

  test('asked for at the bedside is ended by a clinician, or made shorter, only with a confirmation', async () => {
    const { monitor } = await watch(server);
    const { device, streamId } = await publish(server, 'P-101');
    const { privacy } = await atBedside(device, streamId, 30);
    expect(privacy).toMatchObject({ reason: 'wish', by: 'bedside' });
    await expect(resume(monitor)).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    await expect(pause(monitor)).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    expect(await pause(monitor, { confirmed: true })).toMatchObject({ by: 'bedside' });
    await resume(monitor, { confirmed: true });
    expect(audited('privacy:resume')).toEqual([
      expect.objectContaining({ reason: 'asked for at the bedside, ended by a clinician' }),
    ]);
  });

  test('asked for by a clinician may be ended at the bedside', async () => {
    const { monitor } = await watch(server);
    const { device, streamId } = await publish(server, 'P-101');
    await pause(monitor);
    expect(await atBedside(device, streamId, null)).toEqual({ privacy: null });
    await eventually(passes, 'the picture is passed on again');
  });

  test('of somebody with a high alert has to be confirmed', async () => {
    const { monitor } = await watch(server);
    await publish(server, 'P-101');
    server.alerts.raise({ ...PATIENT, roomId: 'ward-a' });
    await expect(pause(monitor)).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    expect(await pause(monitor, { confirmed: true })).toMatchObject({ by: 'clinician' });
  });

  test('is refused where there is no picture, for another room, to an observer, and for no time at all', async () => {
    const { monitor } = await watch(server);
    await expect(pause(monitor)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
    await publish(server, 'P-101');
    const { monitor: elsewhere } = await watch(server, 'ward-b');
    await expect(pause(elsewhere)).rejects.toMatchObject({ code: 'ROOM_NOT_ASSIGNED' });
    const observer = server.monitor(server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] }).token);
    await observer.connected();
    await expect(pause(observer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const request = { requestId: randomUUID(), ...PATIENT, reason: 'wish' as const, minutes: 61 };
    await expect(monitor.request('privacy:pause', request)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  test('is not changed by a device that another one keeps from publishing', async () => {
    const { streamId } = await publish(server, 'P-101');
    const since = Date.now();
    const privacy: Privacy = { reason: 'wish', by: 'bedside', since, until: since + 30 * MINUTE_MS };
    await expect(claim(server, 'P-101', undefined, { privacy })).rejects.toMatchObject({
      code: 'PATIENT_HAS_DEVICE',
    });
    expect(server.sfu.streams.get(streamId)?.privacy).toBeNull();
  });
});
