import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SILENT_MS } from '../sfu/device-presence.ts';
import { eventually } from '../testing/eventually.ts';
import { vp8Parameters } from '../testing/rtp-parameters.ts';
import { claim, produce, publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const signals = () => server.alerts.reports.filter(({ condition }) => condition === 'signal-lost');

describe('a device', () => {
  test('publishes: viewers hear of the stream, and RTP that arrives clears a lost signal', async () => {
    const { monitor } = await watch(server);
    const { streamId } = await publishRtp(server, 'P-101');
    expect(await monitor.hears('stream:started')).toMatchObject({ streamId, conditions: [] });
    await eventually(() => signals().length > 0, 'the signal is reported');
    expect(signals()).toEqual([
      expect.objectContaining({ patientId: 'P-101', source: 'camera', present: false }),
    ]);
  });

  test('whose packets stop has lost its signal since the last of them', async () => {
    const { monitor } = await watch(server);
    const { publisher, streamId } = await publishRtp(server, 'P-101');
    await eventually(() => signals().length === 1, 'packets arrive');
    publisher.pause();
    await eventually(() => {
      server.advance(100);
      return signals().length === 2;
    }, 'the loss is reported');
    const lastPacketAt = server.sfu.streams.get(streamId)?.state.lastPacketAt;
    expect(signals()[1]).toMatchObject({ present: true, at: lastPacketAt });
    await monitor.hears('stream:changed', (state) => JSON.stringify(state).includes('signal-lost'));
    publisher.start();
    await eventually(() => signals()[2]?.present === false, 'the return is reported');
    expect(server.sfu.streams.get(streamId)?.state.conditions).not.toContain('signal-lost');
  });

  test('that is there and sends nothing for a minute loses its stream, to publish anew', async () => {
    const { device, token, streamId } = await publish(server, 'P-101');
    server.advance(SILENT_MS);
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'device-lost' });
    expect(device.socket.connected).toBe(true);
    expect((await publish(server, 'P-101', token)).streamId).not.toBe(streamId);
  });

  test('may say how it fares for its own stream only', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const fares = { framesPerSecond: 15, bitrate: 400_000, layers: [], roundTripMs: 12, lossFraction: null };
    expect(await device.request('publish:state', { streamId, ...fares })).toEqual({});
    await expect(device.request('publish:state', { streamId: randomUUID(), ...fares })).rejects.toMatchObject(
      { code: 'STREAM_UNKNOWN' },
    );
  });

  test('that stops on purpose raises no alarm', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    await device.request('publish:stop', { streamId });
    expect(signals()).toEqual([expect.objectContaining({ present: false })]);
    await expect(device.request('publish:stop', { streamId })).rejects.toMatchObject({
      code: 'STREAM_UNKNOWN',
    });
  });

  test('that is lost has thirty seconds to come back, but its signal is lost with its packets', async () => {
    const { monitor } = await watch(server);
    const { device, streamId } = await publish(server, 'P-101');
    device.close();
    await eventually(() => {
      server.advance(100);
      return signals().length > 0;
    }, 'the loss is reported');
    const [loss] = signals();
    expect(loss).toMatchObject({ present: true });
    server.advance(20_000);
    expect(server.sfu.streams.get(streamId)?.live).toBe(true);
    server.advance(10_000);
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason: 'device-lost' });
    expect(signals().at(-1)).toMatchObject({ present: true, at: loss!.at });
  });

  test('that comes back in time takes its own stream over without an alarm of its end', async () => {
    const { monitor } = await watch(server);
    const { device, streamId, token } = await publish(server, 'P-101');
    device.close();
    await eventually(() => {
      server.advance(100);
      return signals().length === 1;
    }, 'the loss is reported');
    const again = await publish(server, 'P-101', token);
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason: 'superseded' });
    await monitor.hears('stream:started', (state) => JSON.stringify(state).includes(again.streamId));
    expect(signals()).toHaveLength(1);
  });

  test('that publishes from elsewhere ends the earlier session', async () => {
    const first = await publish(server, 'P-101');
    const second = await publish(server, 'P-101', first.token);
    expect(await first.device.hears('stream:ended')).toEqual({
      streamId: first.streamId,
      reason: 'superseded',
    });
    expect(await first.device.hears('session:ended')).toEqual({ code: 'SUPERSEDED' });
    expect(server.sfu.streams.ofPatient('P-101')?.streamId).toBe(second.streamId);
    expect(second.device.socket.connected).toBe(true);
  });

  test('that publishes again over the same connection replaces its stream and goes on', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const again = await device.request('publish:start', {
      requestId: randomUUID(),
      patientId: 'P-101',
      source: 'camera',
    });
    expect(again.streamId).not.toBe(streamId);
    expect(device.heard('session:ended')).toEqual([]);
    await produce(device, again.streamId, vp8Parameters());
    expect(server.sfu.streams.live()).toHaveLength(1);
  });

  test('gets the same stream when its request is retried', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const request = { requestId: randomUUID(), patientId: 'P-101', source: 'camera' } as const;
    const [first, second] = await Promise.all([
      device.request('publish:start', request),
      device.request('publish:start', request),
    ]);
    expect(second).toEqual(first);
    expect(first.streamId).not.toBe(streamId);
    const rtpParameters = vp8Parameters();
    const producing = { requestId: randomUUID(), streamId: first.streamId, rtpParameters };
    const produced = await device.request('publish:produce', producing);
    expect(await device.request('publish:produce', producing)).toEqual(produced);
  });

  test('hears which layers are watched: none but the lowest after a while without viewers', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    await eventually(() => {
      server.advance(200);
      return device.heard('stream:layers').length > 0;
    }, 'the layers are given up');
    expect(device.heard('stream:layers')).toEqual([{ streamId, maxSpatialLayer: 0 }]);
  });

  test('whose token is revoked is told so, and its stream ends', async () => {
    const { monitor } = await watch(server);
    const { device, token, streamId } = await publish(server, 'P-101');
    server.access.revoke(token);
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason: 'revoked' });
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'revoked' });
    expect(await device.hears('session:ended')).toEqual({ code: 'TOKEN_REVOKED' });
    expect(server.sfu.stats().streams).toBe(0);
  });

  test('whose patient was moved publishes again, for the viewers of the other room', async () => {
    const { monitor } = await watch(server);
    const { deviceId, token } = server.access.addDevice('P-101');
    const { device, streamId } = await publish(server, 'P-101', token);
    server.access.movePatientOf(deviceId, 'ward-b');
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason: 'patient-moved' });
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'patient-moved' });
    expect(device.heard('session:ended')).toEqual([]);
    expect(server.sfu.stats().streams).toBe(0);
  });

  test('that claims a stream and never sends gives it up', async () => {
    const { device, streamId } = await claim(server, 'P-101');
    server.advance(30_000);
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'device-lost' });
  });
});

describe('publishing is refused', () => {
  const start = (patientId: string, source: 'camera' | 'synthetic' = 'camera') => ({
    requestId: randomUUID(),
    patientId,
    source,
  });

  test('for a patient who has another device', async () => {
    const { streamId } = await publish(server, 'P-101');
    await expect(claim(server, 'P-101')).rejects.toMatchObject({
      code: 'PATIENT_HAS_DEVICE',
      retryAfterMs: 30_000,
    });
    expect(server.sfu.streams.get(streamId)?.live).toBe(true);
  });

  test('for a patient who does not exist, has a malformed id, or is not the device’s own', async () => {
    const device = server.device(server.access.addDevice('P-101').token);
    await device.connected();
    const refusals = { 'P-999': 'PATIENT_UNKNOWN', ward: 'INVALID_REQUEST', 'P-102': 'FORBIDDEN' };
    for (const [patientId, code] of Object.entries(refusals)) {
      await expect(device.request('publish:start', start(patientId))).rejects.toMatchObject({ code });
    }
    expect(server.records.audited).toContainEqual(
      expect.objectContaining({ action: 'publish:start', subject: 'patient:P-102', code: 'FORBIDDEN' }),
    );
  });

  test('with a codec that is neither VP8 nor H.264, and the stream may still be used', async () => {
    const { device, streamId } = await claim(server, 'P-101');
    const rtpParameters = vp8Parameters();
    const vp9 = { ...rtpParameters, codecs: [{ ...rtpParameters.codecs[0]!, mimeType: 'video/VP9' }] };
    await expect(produce(device, streamId, vp9)).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' });
    const nothing = { ...rtpParameters, encodings: [{}] };
    await expect(produce(device, streamId, nothing)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await produce(device, streamId, rtpParameters);
  });

  test('with a second video on the same stream', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    await expect(produce(device, streamId, vp8Parameters())).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  });

  test('when all places are taken, until one is free again', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_MAX_DEVICES: '1' });
    const first = await publish(server, 'P-101');
    await expect(claim(server, 'P-102')).rejects.toMatchObject({
      code: 'CAPACITY_EXCEEDED',
      retryAfterMs: expect.any(Number),
    });
    const again = await publish(server, 'P-101', first.token);
    await again.device.request('publish:stop', { streamId: again.streamId });
    await claim(server, 'P-102');
  });

  test('for a synthetic source outside of a demonstration', async () => {
    await server.close();
    server = await TestServer.start({ NODE_ENV: 'production' });
    const device = server.device(server.access.addDevice('P-101').token);
    await device.connected();
    await expect(device.request('publish:start', start('P-101', 'synthetic'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
