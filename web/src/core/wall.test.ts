/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError, NAME_WITHHELD, type MonitorRequests } from '@haven/protocol';
import { anAlert, aPatient, aPause, aSnapshot, aStream, someVitals, T0, uuid } from '../testing/fixtures.ts';
import type { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { WallStage } from '../testing/wall-stage.ts';
import { alarmSignal } from './alarm-bell.ts';
import { activeAlerts } from './wall-state.ts';
import type { Wall } from './wall.ts';

let stage: WallStage;
let server: NamespaceServer<MonitorRequests>;
let wall: Wall;

beforeEach(async () => {
  stage = await WallStage.start();
  server = stage.server;
});
afterEach(() => stage.close());

describe('joining', () => {
  test("shows the user's first room, its patients and their video", async () => {
    wall = stage.open();
    await stage.joined();
    expect([...wall.state.get().patients.keys()]).toEqual(['P-101']);
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  });

  test('goes to another room when the remembered one is not the user’s any more', async () => {
    server.answers['room:join'] = ({ roomId }) => {
      if (roomId !== 'ward-1') throw new HavenError('ROOM_NOT_ASSIGNED');
      return aSnapshot();
    };
    wall = stage.open('ward-9');
    await stage.joined();
    expect(wall.problem.get()).toBeNull();
  });

  test('says so when the user has no room', async () => {
    server.answers['session:describe'] = () => ({
      userId: uuid(7),
      displayName: 'Nurse',
      roles: [],
      rooms: [],
    });
    wall = stage.open();
    await until('a sentence', () => wall.problem.get() !== null);
    expect(wall.problem.get()).toContain('not assigned');
  });
});

describe('the alarm channel', () => {
  test('is off, and heard to be, when heartbeats stop, and on again with the next', async () => {
    wall = stage.open();
    await stage.joined();
    stage.now += 4001;
    stage.tick();
    expect(wall.alarms.get()).toBe('off');
    expect(alarmSignal(wall)).toBe('alarms-off');
    server.emit('heartbeat', { serverTime: stage.now });
    await until('alarms', () => wall.alarms.get() === 'on');
    expect(alarmSignal(wall)).toBeNull();
  });

  test('is off when the room was never joined, though the connection stands', async () => {
    server.answers['room:join'] = () => {
      throw new HavenError('STORAGE_UNAVAILABLE');
    };
    wall = stage.open('ward-1');
    await until('a sentence', () => wall.problem.get() !== null);
    server.emit('heartbeat', { serverTime: stage.now });
    stage.now += 4001;
    stage.tick();
    expect(wall.alarms.get()).toBe('off');
  });

  test('a connection that stands but is silent is opened anew', async () => {
    wall = stage.open();
    await stage.joined();
    stage.now += 6001;
    stage.tick();
    await until('a second handshake', () => server.tokens.length === 2);
    await stage.joined();
  });

  test('is off when the room is taken from the user', async () => {
    wall = stage.open();
    await stage.joined();
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
  wall = stage.open();
  await stage.joined();
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
    wall = stage.open();
    await stage.joined();
    await until('a track', () => wall.media.tracks.get().has(uuid(1)));
    server.emit('heartbeat', { serverTime: stage.now });
    await wall.renew('token');
    server.breakConnections();
    await until('the loss', () => server.sockets.length === 0);
  }

  beforeEach(() => {
    server.answers['session:renew'] = () => ({ expiresAt: stage.now + 60_000 });
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
    stage.now += 4001;
    stage.tick();
    expect(wall.alarms.get()).toBe('off');
    await until('a connection', () => server.sockets.length === 1);
    expect(wall.alarms.get()).toBe('off');
    server.emit('heartbeat', { serverTime: stage.now });
    await until('the alarms', () => wall.alarms.get() === 'on');
  });
});

test('vitals, streams and alerts change what is on the wall', async () => {
  wall = stage.open();
  await stage.joined();
  server.emit('vitals', someVitals([], { at: T0 + 1000 }));
  server.emit('alert', anAlert());
  server.emit('stream:ended', { streamId: uuid(1), patientId: 'P-101', reason: 'device-lost' });
  server.emit('stream:started', aStream({ streamId: uuid(2) }));
  await until('the new stream', () => wall.state.get().patients.get('P-101')?.stream?.streamId === uuid(2));
  expect(alarmSignal(wall)).toBe('high');
  await until('its track', () => wall.media.tracks.get().has(uuid(2)));
  expect(wall.media.tracks.get().has(uuid(1))).toBe(false);
});

test("the server's load is shown, from the snapshot on", async () => {
  const load = { step: 'layers', overloaded: false, drainingUntil: null } as const;
  server.answers['room:join'] = () => aSnapshot({ load });
  wall = stage.open();
  await stage.joined();
  expect(wall.state.get().load).toEqual(load);
  server.emit('server:load', { ...load, step: 'none' });
  await until('relief', () => wall.state.get().load.step === 'none');
});

test('a bed whose server is not reached sounds like a technical alert, below any other and not while paused', async () => {
  wall = stage.open();
  await stage.joined();
  server.emit('patient:reached', { patientId: 'P-101', reached: false });
  await until('the mark', () => alarmSignal(wall) === 'technical');
  expect(wall.state.get().patients.get('P-101')?.reached).toBe(false);
  server.emit('stream:changed', aStream());
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  expect(wall.state.get().patients.get('P-101')?.reached).toBe(false);
  server.emit('alarm:paused', { roomId: 'ward-1', pause: aPause() });
  await until('the pause', () => alarmSignal(wall) === null);
  server.emit('patient:reached', { patientId: 'P-101', reached: true });
  await until('the end', () => wall.state.get().patients.get('P-101')?.reached === true);
});

test('an acknowledgement is sent and shown, and silences the alarm', async () => {
  wall = stage.open();
  await stage.joined();
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  const acknowledgement = { userId: uuid(7), userName: 'Nurse', at: T0, reason: null };
  server.answers['alert:acknowledge'] = () => anAlert({ version: 2, acknowledgement });
  await wall.actions.acknowledge(uuid(900), 'seen');
  expect(activeAlerts(wall.state.get())[0]?.acknowledgement?.userName).toBe('Nurse');
  expect(alarmSignal(wall)).toBeNull();
});

test('what is paused or silenced is not heard until its time, but lost alarms always are', async () => {
  wall = stage.open();
  await stage.joined();
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
  stage.now += 4001;
  stage.tick();
  expect(alarmSignal(wall)).toBe('alarms-off');
  stage.now = T0 + 6000;
  server.emit('heartbeat', { serverTime: stage.now });
  await until('alarms', () => wall.alarms.get() === 'on');
  stage.tick();
  expect(alarmSignal(wall)).toBe('medium');
  stage.now = T0 + 8000;
  stage.tick();
  expect(alarmSignal(wall)).toBe('high');
});

test('a pause that another station begins and ends is followed here', async () => {
  wall = stage.open();
  await stage.joined();
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
  wall = stage.open();
  await stage.joined();
  await until('a track', () => wall.media.tracks.get().has(uuid(1)));
  server.emit('session:locked', { at: T0 });
  await until('the lock', () => wall.locked.get());
  expect(wall.media.tracks.get().size).toBe(0);
  expect(wall.state.get().patients.get('P-101')).toMatchObject({ stream: null, vitals: null });
  server.emit('stream:changed', aStream());
  server.emit('patient:reached', { patientId: 'P-101', reached: false });
  server.emit('alert', anAlert());
  await until('the alert', () => alarmSignal(wall) === 'high');
  expect(wall.state.get().patients.get('P-101')).toMatchObject({ stream: null, reached: false });
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
