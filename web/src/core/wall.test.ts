/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  HavenError,
  MONITOR_NAMESPACE,
  monitorRequests,
  NAME_WITHHELD,
  type MonitorRequests,
} from '@haven/protocol';
import { ViewerMedia } from '../media/viewer-media.ts';
import { createFakeDevice, mediaAnswers } from '../testing/fake-media.ts';
import { anAlert, aPatient, aPause, aSnapshot, aStream, someVitals, T0, uuid } from '../testing/fixtures.ts';
import { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { alarmSignal } from './alarm-bell.ts';
import { Connection } from './connection.ts';
import { activeAlerts } from './wall-state.ts';
import { Wall, type MonitorConnection } from './wall.ts';

let server: NamespaceServer<MonitorRequests>;
let now: number;
let tick: () => void;
let wall: Wall;

beforeEach(async () => {
  now = T0;
  server = await NamespaceServer.start<MonitorRequests>(MONITOR_NAMESPACE, {
    ...mediaAnswers(),
    'session:describe': () => ({
      userId: uuid(7),
      displayName: 'Nurse',
      roles: ['clinician'],
      rooms: [{ id: 'ward-1', name: 'Ward 1' }],
    }),
    'room:join': () => aSnapshot(),
  });
});

afterEach(async () => {
  wall.close();
  await server.close();
});

function openWall(roomId: string | null = null): void {
  const connection: MonitorConnection = new Connection({
    url: server.url,
    requests: monitorRequests,
    credentials: { token: () => Promise.resolve('token') },
  });
  const media = new ViewerMedia(
    (name, request) => connection.request(name, request),
    createFakeDevice,
    () => now,
  );
  wall = new Wall({ connection, media, now: () => now, roomId });
  wall.open({
    onTick: (listener) => {
      tick = listener;
      return () => undefined;
    },
    close: () => undefined,
  });
}

async function joined(): Promise<void> {
  await until('the room', () => wall.state.get().room !== null && wall.alarms.get() === 'on');
}

describe('joining', () => {
  test("shows the user's first room, its patients and their video", async () => {
    openWall();
    await joined();
    expect([...wall.state.get().patients.keys()]).toEqual(['P-101']);
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  });

  test('goes to another room when the remembered one is not the user’s any more', async () => {
    server.answers['room:join'] = ({ roomId }) => {
      if (roomId !== 'ward-1') throw new HavenError('ROOM_NOT_ASSIGNED');
      return aSnapshot();
    };
    openWall('ward-9');
    await joined();
    expect(wall.problem.get()).toBeNull();
  });

  test('says so when the user has no room', async () => {
    server.answers['session:describe'] = () => ({
      userId: uuid(7),
      displayName: 'Nurse',
      roles: [],
      rooms: [],
    });
    openWall();
    await until('a sentence', () => wall.problem.get() !== null);
    expect(wall.problem.get()).toContain('not assigned');
  });
});

describe('the alarm channel', () => {
  test('is off, and heard to be, when heartbeats stop, and on again with the next', async () => {
    openWall();
    await joined();
    now += 4001;
    tick();
    expect(wall.alarms.get()).toBe('off');
    expect(alarmSignal(wall)).toBe('alarms-off');
    server.emit('heartbeat', { serverTime: now });
    await until('alarms', () => wall.alarms.get() === 'on');
    expect(alarmSignal(wall)).toBeNull();
  });

  test('is off when the room was never joined, though the connection stands', async () => {
    server.answers['room:join'] = () => {
      throw new HavenError('STORAGE_UNAVAILABLE');
    };
    openWall('ward-1');
    await until('a sentence', () => wall.problem.get() !== null);
    server.emit('heartbeat', { serverTime: now });
    now += 4001;
    tick();
    expect(wall.alarms.get()).toBe('off');
  });

  test('a connection that stands but is silent is opened anew', async () => {
    openWall();
    await joined();
    now += 6001;
    tick();
    await until('a second handshake', () => server.tokens.length === 2);
    await joined();
  });

  test('is off when the room is taken from the user', async () => {
    openWall();
    await joined();
    server.answers['session:describe'] = () => ({
      userId: uuid(7),
      displayName: 'Nurse',
      roles: [],
      rooms: [],
    });
    server.emit('room:closed', { roomId: 'ward-1', code: 'ROOM_NOT_ASSIGNED' });
    await until('the end', () => wall.alarms.get() === 'off');
    expect(wall.state.get().patients.size).toBe(0);
    expect(wall.media.tracks.get().size).toBe(0);
  });
});

test('after a lost connection it joins again and its video returns', async () => {
  openWall();
  await joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  const before = wall.media.tracks.get().get(uuid(1));
  for (const socket of server.sockets) socket.disconnect();
  await until('another track', () => {
    const track = wall.media.tracks.get().get(uuid(1));
    return track !== undefined && track !== before;
  });
  expect(server.requestsOf('room:join')).toHaveLength(2);
  expect(server.requestsOf('transport:open')).toHaveLength(2);
});

describe('a broken connection that comes back in time', () => {
  async function broken(): Promise<void> {
    openWall();
    await joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    server.emit('heartbeat', { serverTime: now });
    await wall.renew('token');
    server.breakConnections();
    await until('the loss', () => server.sockets.length === 0);
  }

  beforeEach(() => {
    server.answers['session:renew'] = () => ({ expiresAt: now + 60_000 });
  });

  test('leaves room and video as they are, and alerts of the meantime arrive', async () => {
    await broken();
    const track = wall.media.tracks.get().get(uuid(1));
    server.emit('alert', anAlert());
    await until('the alert', () => activeAlerts(wall.state.get()).length === 1);
    expect(wall.media.tracks.get().get(uuid(1))).toBe(track);
    for (const name of ['room:join', 'transport:open'] as const) {
      expect(server.requestsOf(name)).toHaveLength(1);
    }
  });

  test('still means ALARMS OFF until heartbeats arrive again', async () => {
    await broken();
    now += 4001;
    tick();
    expect(wall.alarms.get()).toBe('off');
    await until('a connection', () => server.sockets.length === 1);
    expect(wall.alarms.get()).toBe('off');
    server.emit('heartbeat', { serverTime: now });
    await until('the alarms', () => wall.alarms.get() === 'on');
  });
});

test('vitals, streams and alerts change what is on the wall', async () => {
  openWall();
  await joined();
  server.emit('vitals', someVitals([], { at: T0 + 1000 }));
  server.emit('alert', anAlert());
  server.emit('stream:ended', { streamId: uuid(1), patientId: 'P-101', reason: 'device-lost' });
  server.emit('stream:started', aStream({ streamId: uuid(2) }));
  await until('the new stream', () => wall.state.get().patients.get('P-101')?.stream?.streamId === uuid(2));
  expect(alarmSignal(wall)).toBe('high');
  await until('its track', () => wall.media.tracks.get().has(uuid(2)));
  expect(wall.media.tracks.get().has(uuid(1))).toBe(false);
});

test('what the screen shows is reported, and anew to each new transport', async () => {
  const tiles = [{ streamId: uuid(1), width: 640, height: 480, visible: true, focused: false }];
  openWall();
  wall.media.view(tiles, false);
  await joined();
  await until('the report', () => server.requestsOf('view:report').length === 1);
  expect(server.requestsOf('view:report')).toEqual([{ tiles }]);
  for (const socket of server.sockets) socket.disconnect();
  await until('the report again', () => server.requestsOf('view:report').length === 2);
  expect(server.requestsOf('view:report').at(-1)).toEqual({ tiles });
});

describe('what the server sends', () => {
  const delivery = () => wall.media.deliveries.get().get(uuid(1));

  test('is followed, and forgotten with the consumer', async () => {
    openWall();
    await joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    expect(delivery()).toEqual({ sending: 'live', because: null, since: T0 });
    now += 1000;
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
    openWall();
    await joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    expect(delivery()?.sending).toBe('hidden');
  });

  test('is waited for anew when a hidden picture comes back into view', async () => {
    const tile = { streamId: uuid(1), width: 320, height: 240, visible: false, focused: false };
    openWall();
    await joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    wall.media.view([tile], false);
    server.emit('consumer:sending', { consumerId: 'consumer-1', sending: 'hidden', because: null });
    await until('the end of packets', () => delivery()?.sending === 'hidden');
    now += 60_000;
    wall.media.view([{ ...tile, visible: true }], false);
    expect(delivery()).toEqual({ sending: 'live', because: null, since: T0 + 60_000 });
  });

  test("tells how the viewer's own link fares, until the transport is gone", async () => {
    openWall();
    await joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    server.emit('viewer:quality', { quality: 'poor' });
    await until('the link', () => wall.media.link.get() === 'poor');
    for (const socket of server.sockets) socket.disconnect();
    await until('another transport', () => wall.media.link.get() === 'good');
  });
});

test("the server's load is shown, from the snapshot on", async () => {
  const load = { step: 'layers', overloaded: false, drainingUntil: null } as const;
  server.answers['room:join'] = () => aSnapshot({ load });
  openWall();
  await joined();
  expect(wall.state.get().load).toEqual(load);
  server.emit('server:load', { ...load, step: 'none' });
  await until('relief', () => wall.state.get().load.step === 'none');
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
  openWall();
  const seen = { streamId: uuid(50), width: 320, height: 240, visible: true, focused: false };
  wall.media.view([seen], false);
  await joined();
  await until('all tracks', () => wall.media.tracks.get().size === 50);
  expect(asked[0]).toBe(uuid(50));
  expect(new Set(asked).size).toBe(50);
  expect(most).toBeLessThanOrEqual(16);
});

test('a consumer is resumed when its track is shown, once', async () => {
  openWall();
  await joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  expect(server.requestsOf('consumer:resume')).toEqual([]);
  wall.media.shown(uuid(1));
  wall.media.shown(uuid(1));
  await until('the request', () => server.requestsOf('consumer:resume').length > 0);
  expect(server.requestsOf('consumer:resume')).toEqual([{ consumerId: 'consumer-1' }]);
});

test('a closed consumer of a running stream is made again', async () => {
  openWall();
  await joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  server.emit('consumer:closed', { consumerId: 'consumer-1', reason: 'media-worker-died' });
  await until('a second consumer', () => server.requestsOf('consumer:create').length === 2);
  await until('its track', () => wall.media.tracks.get().has(uuid(1)));
});

test('a transport that the server does not know any more is opened anew', async () => {
  openWall();
  const create = server.answers['consumer:create'];
  server.answers['consumer:create'] = () => {
    server.answers['consumer:create'] = create!;
    throw new HavenError('TRANSPORT_UNKNOWN');
  };
  await joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  expect(server.requestsOf('transport:open')).toHaveLength(2);
});

test('an acknowledgement is sent and shown, and silences the alarm', async () => {
  openWall();
  await joined();
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  const acknowledgement = { userId: uuid(7), userName: 'Nurse', at: T0, reason: null };
  server.answers['alert:acknowledge'] = () => anAlert({ version: 2, acknowledgement });
  await wall.actions.acknowledge(uuid(900), 'seen');
  expect(activeAlerts(wall.state.get())[0]?.acknowledgement?.userName).toBe('Nurse');
  expect(alarmSignal(wall)).toBeNull();
});

test('what is paused or silenced is not heard until its time, but lost alarms always are', async () => {
  openWall();
  await joined();
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  server.answers['alert:silence'] = () => anAlert({ version: 2, silence: aPause({ until: T0 + 8000 }) });
  await wall.actions.silence(uuid(900), 120);
  expect(alarmSignal(wall)).toBeNull();
  server.emit('alert', anAlert({ id: uuid(901), priority: 'medium' }));
  await until('the other alert', () => alarmSignal(wall) === 'medium');
  server.answers['alarm:pause'] = () => aPause({ until: T0 + 6000 });
  await wall.actions.pause(6);
  expect(alarmSignal(wall)).toBeNull();
  now += 4001;
  tick();
  expect(alarmSignal(wall)).toBe('alarms-off');
  now = T0 + 6000;
  server.emit('heartbeat', { serverTime: now });
  await until('alarms', () => wall.alarms.get() === 'on');
  tick();
  expect(alarmSignal(wall)).toBe('medium');
  now = T0 + 8000;
  tick();
  expect(alarmSignal(wall)).toBe('high');
});

test('a pause that another station begins and ends is followed here', async () => {
  openWall();
  await joined();
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  server.emit('alarm:paused', { roomId: 'ward-9', pause: aPause() });
  server.emit('alarm:paused', { roomId: 'ward-1', pause: aPause({ userName: 'Dr Who' }) });
  await until('the pause', () => wall.state.get().soundPause?.userName === 'Dr Who');
  expect(alarmSignal(wall)).toBeNull();
  server.emit('alarm:paused', { roomId: 'ward-1', pause: null });
  await until('sound', () => alarmSignal(wall) === 'high');
});

test('a locked session shows no values and no pictures, hears alerts, and joins again when unlocked', async () => {
  openWall();
  await joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  server.emit('session:locked', { at: T0 });
  await until('the lock', () => wall.locked.get());
  expect(wall.media.tracks.get().size).toBe(0);
  expect(wall.state.get().patients.get('P-101')).toMatchObject({ stream: null, vitals: null });
  server.emit('stream:changed', aStream());
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  expect(wall.state.get().patients.get('P-101')?.stream).toBeNull();
  // A locked wall that loses its connection goes on being locked, and knows its beds.
  server.answers['room:join'] = () => {
    server.emit('session:locked', { at: T0 });
    return aSnapshot({ patients: [aPatient({ name: NAME_WITHHELD })], streams: [], vitals: [] });
  };
  for (const socket of server.sockets) socket.disconnect();
  await until('the room again', () => server.requestsOf('room:join').length === 2);
  await until('the alerts of the snapshot', () => wall.state.get().alerts.size === 0);
  expect(wall.locked.get()).toBe(true);
  expect([...wall.state.get().patients.keys()]).toEqual(['P-101']);
  server.answers['room:join'] = () => aSnapshot();
  server.emit('session:unlocked', { at: T0 });
  await until('a track again', () => wall.media.tracks.get().has(uuid(1)));
  expect(wall.locked.get()).toBe(false);
  expect(server.requestsOf('room:join')).toHaveLength(3);
});
