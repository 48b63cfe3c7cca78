/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError, type MonitorRequests } from '@haven/protocol';
import type { Wall } from '../core/wall.ts';
import { aPatient, aSnapshot, aStream, T0, uuid } from '../testing/fixtures.ts';
import type { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { WallStage } from '../testing/wall-stage.ts';

let stage: WallStage;
let server: NamespaceServer<MonitorRequests>;
let wall: Wall;

beforeEach(async () => {
  stage = await WallStage.start();
  server = stage.server;
});
afterEach(() => stage.close());

test('what the screen shows is reported, and anew to each new transport', async () => {
  const tiles = [{ streamId: uuid(1), width: 640, height: 480, visible: true, focused: false }];
  wall = stage.open();
  wall.media.view(tiles, false);
  await stage.joined();
  await until('the report', () => server.requestsOf('view:report').length === 1);
  expect(server.requestsOf('view:report')).toEqual([{ tiles }]);
  for (const socket of server.sockets) socket.disconnect();
  await until('the report again', () => server.requestsOf('view:report').length === 2);
  expect(server.requestsOf('view:report').at(-1)).toEqual({ tiles });
});

describe('what the server sends', () => {
  const delivery = () => wall.media.deliveries.get().get(uuid(1));

  test('is followed, and forgotten with the consumer', async () => {
    wall = stage.open();
    await stage.joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    expect(delivery()).toEqual({ sending: 'live', because: null, since: T0 });
    stage.now += 1000;
    server.emit('consumer:sending', { consumerId: 'consumer-1', sending: 'still', because: 'network' });
    await until('the still', () => delivery()?.sending === 'still');
    expect(delivery()).toEqual({ sending: 'still', because: 'network', since: T0 + 1000 });
    server.emit('consumer:closed', { consumerId: 'consumer-1', reason: 'media-worker-died' });
    await until('a new consumer', () => delivery()?.sending === 'live');
  });

  test('counts also when it is said before the consumer is known here', async () => {
    const create = server.answers['consumer:create']!;
    server.answers['consumer:create'] = (request) => {
      server.emit('consumer:sending', { consumerId: 'consumer-1', sending: 'hidden', because: null });
      return create(request);
    };
    wall = stage.open();
    await stage.joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    expect(delivery()?.sending).toBe('hidden');
  });

  test('is waited for anew when a hidden picture comes back into view', async () => {
    const tile = { streamId: uuid(1), width: 320, height: 240, visible: false, focused: false };
    wall = stage.open();
    await stage.joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    wall.media.view([tile], false);
    server.emit('consumer:sending', { consumerId: 'consumer-1', sending: 'hidden', because: null });
    await until('the end of packets', () => delivery()?.sending === 'hidden');
    stage.now += 60_000;
    wall.media.view([{ ...tile, visible: true }], false);
    expect(delivery()).toEqual({ sending: 'live', because: null, since: T0 + 60_000 });
  });

  test("tells how the viewer's own link fares, until the transport is gone", async () => {
    wall = stage.open();
    await stage.joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    server.emit('viewer:quality', { quality: 'poor' });
    await until('the link', () => wall.media.link.get() === 'poor');
    for (const socket of server.sockets) socket.disconnect();
    await until('another transport', () => wall.media.link.get() === 'good');
  });
});

test('a wall of fifty asks for few consumers at a time, those on screen first, and gets all', async () => {
  const streams = Array.from({ length: 50 }, (_, index) =>
    aStream({ streamId: uuid(index + 1), patientId: `P-${101 + index}` }),
  );
  const patients = streams.map(({ patientId }) => aPatient({ id: patientId, bed: patientId }));
  server.answers['room:join'] = () => aSnapshot({ patients, streams, vitals: [] });
  const create = server.answers['consumer:create']!;
  const asked: string[] = [];
  let open = 0;
  let most = 0;
  server.answers['consumer:create'] = async (request) => {
    asked.push(request.streamId);
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return create(request);
  };
  wall = stage.open();
  const seen = { streamId: uuid(50), width: 320, height: 240, visible: true, focused: false };
  wall.media.view([seen], false);
  await stage.joined();
  await until('all tracks', () => wall.media.tracks.get().size === 50);
  expect(asked[0]).toBe(uuid(50));
  expect(new Set(asked).size).toBe(50);
  expect(most).toBeLessThanOrEqual(16);
});

test('a consumer is resumed when its track is shown, once', async () => {
  wall = stage.open();
  await stage.joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  expect(server.requestsOf('consumer:resume')).toEqual([]);
  wall.media.shown(uuid(1));
  wall.media.shown(uuid(1));
  await until('the request', () => server.requestsOf('consumer:resume').length > 0);
  expect(server.requestsOf('consumer:resume')).toEqual([{ consumerId: 'consumer-1' }]);
});

test('a closed consumer of a running stream is made again', async () => {
  wall = stage.open();
  await stage.joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  server.emit('consumer:closed', { consumerId: 'consumer-1', reason: 'media-worker-died' });
  await until('a second consumer', () => server.requestsOf('consumer:create').length === 2);
  await until('its track', () => wall.media.tracks.get().has(uuid(1)));
});

test('a consumer that the server closes while it is being made is made again', async () => {
  const create = server.answers['consumer:create']!;
  server.answers['consumer:create'] = async (request) => {
    server.answers['consumer:create'] = create;
    const made = await create(request);
    server.emit('consumer:closed', { consumerId: made.consumerId, reason: 'media-worker-died' });
    return made;
  };
  wall = stage.open();
  await stage.joined();
  await until('a second consumer', () => server.requestsOf('consumer:create').length === 2);
  await until('its track', () => wall.media.tracks.get().has(uuid(1)));
  wall.media.shown(uuid(1));
  await until('the request', () => server.requestsOf('consumer:resume').length > 0);
  expect(server.requestsOf('consumer:resume')).toEqual([{ consumerId: 'consumer-2' }]);
});

test('a consumer that the server does not know when it is shown is made again', async () => {
  const resume = server.answers['consumer:resume']!;
  server.answers['consumer:resume'] = () => {
    server.answers['consumer:resume'] = resume;
    throw new HavenError('CONSUMER_UNKNOWN');
  };
  wall = stage.open();
  await stage.joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  wall.media.shown(uuid(1));
  await until('a second consumer', () => server.requestsOf('consumer:create').length === 2);
  await until('its track', () => wall.media.tracks.get().has(uuid(1)));
});

test('a transport that is to be opened anew is, whatever else fails meanwhile', async () => {
  server.answers['room:join'] = () =>
    aSnapshot({
      patients: [aPatient(), aPatient({ id: 'P-102' })],
      streams: [aStream(), aStream({ streamId: uuid(2), patientId: 'P-102' })],
    });
  const create = server.answers['consumer:create']!;
  server.answers['consumer:create'] = ({ streamId }) => {
    if (streamId === uuid(1)) throw new HavenError('TRANSPORT_UNKNOWN');
    server.answers['consumer:create'] = create;
    throw new HavenError('TIMEOUT');
  };
  wall = stage.open();
  await stage.joined();
  await until('both tracks', () => wall.media.tracks.get().size === 2);
  expect(server.requestsOf('transport:open')).toHaveLength(2);
});

test('a transport that the server does not know any more is opened anew', async () => {
  wall = stage.open();
  const create = server.answers['consumer:create'];
  server.answers['consumer:create'] = () => {
    server.answers['consumer:create'] = create!;
    throw new HavenError('TRANSPORT_UNKNOWN');
  };
  await stage.joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  expect(server.requestsOf('transport:open')).toHaveLength(2);
});

test('a media worker that dies under a whole wall makes it wait as long as under one tile', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => index + 1);
  server.answers['room:join'] = () =>
    aSnapshot({
      patients: ids.map((id) => aPatient({ id: `P-${100 + id}`, bed: String(id) })),
      streams: ids.map((id) => aStream({ streamId: uuid(id), patientId: `P-${100 + id}` })),
      vitals: [],
    });
  wall = stage.open();
  await stage.joined();
  await until('all tracks', () => wall.media.tracks.get().size === ids.length);
  const create = server.answers['consumer:create']!;
  server.answers['consumer:create'] = (request) => {
    if (server.requestsOf('transport:open').length === 1) throw new HavenError('TRANSPORT_UNKNOWN');
    return create(request);
  };
  for (const id of ids) {
    server.emit('consumer:closed', { consumerId: `consumer-${id}`, reason: 'media-worker-died' });
  }
  await until('the end of the tracks', () => wall.media.tracks.get().size === 0);
  await until('all tracks again', () => wall.media.tracks.get().size === ids.length);
  // One wait after the consumers' end, one after the transport's, whose path had been well.
  expect(stage.waits).toEqual([0, 0]);
});

test('failures that lie far apart are none in a row', async () => {
  wall = stage.open();
  await stage.joined();
  for (const consumer of [1, 2, 3]) {
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    server.emit('consumer:closed', { consumerId: `consumer-${consumer}`, reason: 'media-worker-died' });
    await until('its end', () => !wall.media.tracks.get().has(uuid(1)));
    stage.now += 60_000;
  }
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  expect(stage.waits).toEqual([0, 0, 0]);
});
