/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HavenError, MONITOR_NAMESPACE, monitorRequests, type MonitorRequests } from '@haven/protocol';
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Connection } from '../core/connection.ts';
import type { MonitorConnection } from '../core/wall.ts';
import { createFakeDevice, mediaAnswers } from '../testing/fake-media.ts';
import { T0, uuid } from '../testing/fixtures.ts';
import { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { LISTEN_MS, TalkDesk } from './talk-desk.ts';

const PATIENT = 'P-101';
const TALK = uuid(70);

let server: NamespaceServer<MonitorRequests>;
let connection: MonitorConnection;
let desk: TalkDesk;
let microphones: FakeMediaStreamTrack[];
let played: number;
let openMicrophone: () => Promise<MediaStreamTrack>;

beforeEach(async () => {
  microphones = [];
  played = 0;
  openMicrophone = () => {
    const microphone = new FakeMediaStreamTrack({ kind: 'audio' });
    microphones.push(microphone);
    return Promise.resolve(microphone);
  };
  const { 'transport:open': openTransport } = mediaAnswers();
  server = await NamespaceServer.start<MonitorRequests>(MONITOR_NAMESPACE, {
    'talk:start': async () => {
      const { routerRtpCapabilities, transport } = await openTransport!({ requestId: uuid(1) });
      return {
        ...{ talkId: TALK, routerRtpCapabilities, iceServers: [], until: T0 + 180_000 },
        ...{ sendTransport: transport, receiveTransport: { ...transport, id: 'receive' } },
      };
    },
    'talk:connect': () => ({}),
    'talk:produce': () => ({ producerId: 'voice' }),
    'talk:end': () => ({}),
  });
  connection = new Connection({
    url: server.url,
    requests: monitorRequests,
    credentials: { token: () => Promise.resolve('token') },
  });
  desk = new TalkDesk({
    connection,
    createDevice: createFakeDevice,
    openMicrophone: () => openMicrophone(),
    loudspeaker: { play: () => void (played += 1), stop: () => undefined },
  });
  connection.open();
  await until('connected', () => connection.status.get().kind === 'connected');
});

afterEach(async () => {
  jest.useRealTimers();
  desk.end();
  connection.close();
  await server.close();
});

const state = () => desk.state.get();
const microphone = () => microphones.at(-1);

async function talk(): Promise<void> {
  desk.press(PATIENT);
  await until('the line to stand', () => state().kind === 'open');
}

describe('push to talk', () => {
  test('is heard while the key is held, and no longer', async () => {
    await talk();
    expect(state()).toMatchObject({ patientId: PATIENT, speaking: true, until: T0 + 180_000 });
    expect(microphone()?.enabled).toBe(true);
    desk.release();
    expect(state()).toMatchObject({ speaking: false });
    expect(microphone()?.enabled).toBe(false);
    desk.press(PATIENT);
    expect(microphone()?.enabled).toBe(true);
    expect(server.requestsOf('talk:start')).toMatchObject([{ patientId: PATIENT }]);
  });

  test('hangs up by itself some time after the key was let go', async () => {
    await talk();
    jest.useFakeTimers();
    desk.release();
    jest.advanceTimersByTime(LISTEN_MS - 1);
    expect(state().kind).toBe('open');
    jest.advanceTimersByTime(1);
    expect(state()).toEqual({ kind: 'idle', problem: null });
    expect(microphone()?.readyState).toBe('ended');
    jest.useRealTimers();
    await until('the server hears of it', () => server.requestsOf('talk:end').length === 1);
  });

  test('says nothing to anybody when the key is let go before the line stands', async () => {
    desk.press(PATIENT);
    desk.release();
    await until('the line to stand', () => state().kind === 'open');
    expect(state()).toMatchObject({ speaking: false });
    expect(microphone()?.enabled).toBe(false);
  });

  test('tells why nobody was called, and closes the microphone', async () => {
    server.answers['talk:start'] = () => {
      throw new HavenError('TALK_BUSY');
    };
    desk.press(PATIENT);
    await until('the refusal', () => state().kind === 'idle');
    expect(state()).toMatchObject({ problem: expect.stringContaining('Somebody else is talking') });
    expect(microphone()?.readyState).toBe('ended');
  });

  test('calls nobody without a microphone', async () => {
    openMicrophone = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    desk.press(PATIENT);
    await until('the problem', () => state().kind === 'idle');
    expect(state()).toMatchObject({ problem: expect.stringContaining('not allowed') });
    expect(server.requestsOf('talk:start')).toEqual([]);
  });

  test('ends with the server’s word and says why, and with the connection', async () => {
    await talk();
    server.emit('talk:ended', { talkId: uuid(99), reason: 'finished' });
    server.emit('talk:ended', { talkId: TALK, reason: 'device-lost' });
    await until('the end', () => state().kind === 'idle');
    expect(state()).toMatchObject({ problem: expect.stringContaining('does not answer') });
    await talk();
    desk.lost();
    expect(state()).toMatchObject({ kind: 'idle', problem: expect.stringContaining('connection') });
    expect(microphones.every(({ readyState }) => readyState === 'ended')).toBe(true);
  });

  test('with another patient ends the first talk', async () => {
    await talk();
    desk.press('P-102');
    await until('the other talk', () => {
      const now = state();
      return now.kind === 'open' && now.patientId === 'P-102';
    });
    expect(server.requestsOf('talk:end')).toEqual([{ talkId: TALK }]);
    expect(microphones.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  });
});
