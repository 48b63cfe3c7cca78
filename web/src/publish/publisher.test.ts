/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEVICE_NAMESPACE, deviceRequests, HavenError, type DeviceRequests } from '@haven/protocol';
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Connection } from '../core/connection.ts';
import { createFakeDevice, mediaAnswers } from '../testing/fake-media.ts';
import { T0, uuid } from '../testing/fixtures.ts';
import { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { Publisher, type DeviceConnection } from './publisher.ts';

let server: NamespaceServer<DeviceRequests>;
let publisher: Publisher;
let streams: number;

beforeEach(async () => {
  streams = 0;
  const { 'transport:open': openTransport } = mediaAnswers();
  server = await NamespaceServer.start<DeviceRequests>(DEVICE_NAMESPACE, {
    'publish:start': async () => {
      streams += 1;
      return {
        ...(await openTransport!({ requestId: uuid(1) })),
        streamId: uuid(streams),
        constraints: { maxFramesPerSecond: 30, maxBitrate: 3_000_000 },
      };
    },
    'publish:connect': () => ({}),
    'publish:produce': () => ({ producerId: 'producer-1' }),
    'publish:stop': () => ({}),
  });
});

afterEach(async () => {
  await publisher.close();
  await server.close();
});

function publish(): FakeMediaStreamTrack {
  const track = new FakeMediaStreamTrack({ kind: 'video', data: { settings: { width: 1280, height: 720 } } });
  const connection: DeviceConnection = new Connection({
    url: server.url,
    requests: deviceRequests,
    credentials: { token: () => Promise.resolve('token') },
  });
  publisher = new Publisher({
    connection,
    createDevice: createFakeDevice,
    track,
    patientId: 'P-101',
    now: () => T0,
  });
  return track;
}
const state = () => publisher.state.get();
const publishing = () => until('publishing', () => state().kind === 'publishing');

describe('the publisher', () => {
  test('claims the patient and produces VP8', async () => {
    publish();
    await publishing();
    expect(server.requestsOf('publish:start')).toMatchObject([{ patientId: 'P-101', source: 'camera' }]);
    expect(server.requestsOf('publish:produce')).toMatchObject([
      { streamId: uuid(1), rtpParameters: { codecs: [{ mimeType: 'video/VP8' }, {}] } },
    ]);
  });

  test('publishes again after a lost connection', async () => {
    publish();
    await publishing();
    for (const socket of server.sockets) socket.disconnect();
    await until('a second stream', () => streams === 2);
    await publishing();
  });

  test('goes on with the same stream when the connection comes back in time', async () => {
    publish();
    await publishing();
    server.emit('stream:layers', { streamId: uuid(1), maxSpatialLayer: 0 });
    server.breakConnections();
    await until('the loss', () => state().kind === 'connecting');
    await publishing();
    expect(streams).toBe(1);
  });

  test.each(['media-worker-died', 'device-lost'])(
    'publishes again when its stream ended: %s',
    async (reason) => {
      publish();
      await publishing();
      server.emit('stream:ended', { streamId: uuid(1), reason });
      await until('a second stream', () => streams === 2);
      await publishing();
    },
  );

  test.each([
    ['superseded', 'taken the patient’s stream over'],
    ['revoked', 'revoked'],
  ])('stops for good, and says why, when it is %s', async (reason, words) => {
    publish();
    await publishing();
    server.emit('stream:ended', { streamId: uuid(1), reason });
    await until('the end', () => state().kind === 'ended');
    expect(state()).toMatchObject({ why: expect.stringContaining(words) });
    expect(streams).toBe(1);
  });

  test('leaves alone what is said about a stream that is not its own', async () => {
    publish();
    await publishing();
    server.emit('stream:ended', { streamId: uuid(9), reason: 'superseded' });
    server.emit('stream:ended', { streamId: uuid(1), reason: 'device-lost' });
    await until('a second stream', () => streams === 2);
    await publishing();
  });

  test('says that another device publishes the patient', async () => {
    server.answers['publish:start'] = () => {
      throw new HavenError('PATIENT_HAS_DEVICE');
    };
    publish();
    await until('the end', () => state().kind === 'ended');
    expect(state()).toMatchObject({ why: expect.stringContaining('Another device') });
  });

  test('tries again after a refusal that passes', async () => {
    const start = server.answers['publish:start']!;
    server.answers['publish:start'] = () => {
      server.answers['publish:start'] = start;
      throw new HavenError('CAPACITY_EXCEEDED');
    };
    publish();
    await publishing();
  });

  test('ends when the camera is taken away', async () => {
    const track = publish();
    await publishing();
    track.remoteStop();
    await until('the end', () => state().kind === 'ended');
    expect(state()).toMatchObject({ why: expect.stringContaining('camera') });
  });

  test('tells the server when it stops', async () => {
    publish();
    await publishing();
    await publisher.close();
    expect(server.requestsOf('publish:stop')).toEqual([{ streamId: uuid(1) }]);
    expect(state().kind).toBe('idle');
  });
});
