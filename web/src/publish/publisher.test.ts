/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DEVICE_NAMESPACE,
  deviceRequests,
  HavenError,
  type DeviceRequests,
  type Privacy,
} from '@haven/protocol';
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Connection } from '../core/connection.ts';
import { Store } from '../core/store.ts';
import { createFakeDevice, mediaAnswers } from '../testing/fake-media.ts';
import { uuid } from '../testing/fixtures.ts';
import { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { publishWords } from './publish-words.ts';
import { Publisher, type DeviceConnection, type PublisherParts } from './publisher.ts';

let server: NamespaceServer<DeviceRequests>;
let publisher: Publisher;
let streams: number;
let kept: Map<string, string>;
let clockAhead: number;
let cameraTrack: () => MediaStreamTrack | null;

beforeEach(async () => {
  streams = 0;
  kept = new Map();
  clockAhead = 0;
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

/** A camera whose video is this track for as long as it is open. */
function camera(track: FakeMediaStreamTrack): PublisherParts['camera'] {
  const open = new Store<MediaStreamTrack | null>(track);
  const camera: PublisherParts['camera'] = {
    track: open,
    open: () => {
      const next = track.clone();
      open.set(next);
      return Promise.resolve(next);
    },
    close: () => open.set(null),
    blank: () => track.clone(),
    onLost: () => undefined,
  };
  track.addEventListener('ended', () => camera.onLost());
  cameraTrack = open.get;
  return camera;
}

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
    camera: camera(track),
    talk: false,
    patientId: 'P-101',
    now: () => Date.now() + clockAhead,
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
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

  test('waits for the former device of the patient to be given up, and says so', async () => {
    const start = server.answers['publish:start']!;
    server.answers['publish:start'] = () => {
      server.answers['publish:start'] = start;
      throw new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: 500 });
    };
    publish();
    await until('the word', () => publishWords(state()).includes('Another device publishes this patient'));
    expect(state().kind).toBe('connecting');
    await publishing();
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

  test('says that it sent too much, and waits as long as the server says', async () => {
    publish();
    await publishing();
    const start = server.answers['publish:start']!;
    server.answers['publish:start'] = () => {
      server.answers['publish:start'] = start;
      throw new HavenError('BITRATE_EXCEEDED', undefined, { retryAfterMs: 1_500 });
    };
    server.emit('stream:ended', { streamId: uuid(1), reason: 'bitrate-exceeded' });
    await until('the word', () => {
      const shown = state();
      return shown.kind === 'connecting' && publishWords(shown).includes('Lower the bitrate');
    });
    await until('the refusal', () => server.requestsOf('publish:start').length === 2);
    const refusedAt = performance.now();
    await until('another stream', () => streams === 2);
    expect(performance.now() - refusedAt).toBeGreaterThan(1_400);
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

  describe('for privacy', () => {
    const MINUTE_MS = 60_000;
    const pauseOf = (by: 'bedside' | 'clinician') => {
      const since = Date.now();
      return { reason: 'examination', by, since, until: since + 10 * MINUTE_MS } as const;
    };
    const told = (privacy: Privacy | null) => server.emit('stream:privacy', { streamId: uuid(1), privacy });
    const paused = () => publisher.privacy.get()?.privacy ?? null;

    test('closes the camera when a clinician asks for it, and opens it again', async () => {
      publish();
      await publishing();
      const privacy = pauseOf('clinician');
      told(privacy);
      await until('the pause', () => paused() !== null);
      expect(paused()).toEqual(privacy);
      expect(cameraTrack()).toBeNull();
      told(null);
      await until('the picture', () => cameraTrack() !== null);
      expect(paused()).toBeNull();
    });

    test('pauses at once at the bedside, and the server says what runs', async () => {
      const privacy = pauseOf('bedside');
      server.answers['publish:privacy'] = ({ pause }) => ({ privacy: pause === null ? null : privacy });
      publish();
      await publishing();
      publisher.pausePicture('examination', 10);
      expect(cameraTrack()).toBeNull();
      await until('the answer', () => paused()?.until === privacy.until);
      publisher.resumePicture();
      await until('the picture', () => cameraTrack() !== null);
      await until('the server knows', () => server.requestsOf('publish:privacy').length === 2);
      expect(server.requestsOf('publish:privacy')).toMatchObject([
        { streamId: uuid(1), pause: { reason: 'examination', minutes: 10 } },
        { pause: null },
      ]);
    });

    test('keeps a pause that was asked for without a connection, and brings it along', async () => {
      publish();
      await publishing();
      server.answers['publish:privacy'] = ({ pause }) => ({
        privacy: pause === null ? null : pauseOf('bedside'),
      });
      for (const socket of server.sockets) socket.disconnect();
      publisher.pausePicture('wish', 5);
      expect(cameraTrack()).toBeNull();
      await until('a second stream', () => streams === 2);
      await publishing();
      expect(server.requestsOf('publish:start').at(-1)).toMatchObject({ privacy: { reason: 'wish' } });
      await until('the server knows', () => server.requestsOf('publish:privacy').length === 1);
      expect(cameraTrack()).toBeNull();
    });

    test('ends a pause by its own clock while the server cannot be reached', async () => {
      publish();
      await publishing();
      told(pauseOf('clinician'));
      await until('the pause', () => paused() !== null);
      clockAhead = 11 * MINUTE_MS;
      await new Promise((resolve) => setTimeout(resolve, 700));
      // Connected, it waits for the server's word.
      expect(paused()).not.toBeNull();
      server.answers['publish:start'] = () => {
        throw new HavenError('CAPACITY_EXCEEDED');
      };
      await server.close();
      await until('the end', () => paused() === null);
    });

    test('keeps the camera closed over a reload, and takes up the pause that the server knows', async () => {
      const privacy = pauseOf('clinician');
      const start = server.answers['publish:start']!;
      server.answers['publish:start'] = async (request) => ({ ...(await start(request)), privacy });
      publish();
      await publishing();
      expect(paused()).toEqual(privacy);
      expect(cameraTrack()).toBeNull();
      await publisher.close();
      publish();
      expect(paused()).toEqual(privacy);
      await publishing();
      expect(server.requestsOf('publish:start').at(-1)).toMatchObject({ privacy });
    });
  });
});
