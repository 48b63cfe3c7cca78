import { afterEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { DeviceAgent } from './agent.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { SyntheticSource } from './sources/synthetic-source.ts';
import { DeviceServer } from './testing/device-server.ts';
import { movingBar } from './testing/pictures.ts';
import { eventually } from './testing/wait.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 15 };
const MINUTE_MS = 60_000;

// An encoder and a media worker are started for each test: on two busy cores that takes seconds.
jest.setTimeout(60_000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startScene(privacy: DeviceServer['privacy'] = null) {
  const server = await DeviceServer.start({});
  closing.push(() => server.close());
  server.privacy = privacy;
  const { width, height } = PICTURE;
  const renderer = { frame: (seconds: number) => movingBar(width, height, Math.round(seconds * 15)) };
  const source = new SyntheticSource(renderer, PICTURE);
  const pauses: boolean[] = [];
  const agent = new DeviceAgent({
    signalling: { server: server.url, token: 'token', ca: undefined },
    patientId: 'P-101',
    source: Object.assign(source, { pause: (paused: boolean) => void pauses.push(paused) }),
    ffmpeg: await findFfmpeg(),
    layerCount: 1,
    maxBitrate: Infinity,
    maxFramesPerSecond: 15,
    log: pino({ level: 'silent' }),
  });
  const ended = agent.run().catch(() => undefined);
  closing.push(async () => {
    await agent.close();
    await ended;
  });
  const { streamId, socket } = await eventually('a producer', () => server.producing);
  return { server, agent, streamId, socket, pauses };
}

async function packets(server: DeviceServer): Promise<number> {
  const stats = (await server.producing?.producer.getStats()) ?? [];
  return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
}

const sends = (server: DeviceServer) =>
  eventually('packets', async () => {
    const before = await packets(server);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (await packets(server)) > before ? true : undefined;
  });

const isSilent = (server: DeviceServer) =>
  eventually('silence', async () => {
    const before = await packets(server);
    await new Promise((resolve) => setTimeout(resolve, 600));
    return (await packets(server)) === before ? true : undefined;
  });

test('A device sends nothing while the server wants the picture paused, closes its camera, and goes on after it', async () => {
  const { server, streamId, socket, pauses } = await startScene();
  await sends(server);
  const since = Date.now();
  socket.emit('stream:privacy', {
    streamId,
    privacy: { reason: 'visit', by: 'clinician', since, until: since + 5 * MINUTE_MS },
  });
  await isSilent(server);
  expect(pauses).toEqual([true]);
  socket.emit('stream:privacy', { streamId, privacy: null });
  await sends(server);
  expect(pauses).toEqual([true, false]);
});

test('A button at the bedside pauses the picture for the patient, and ends that', async () => {
  const { server, agent } = await startScene();
  await sends(server);
  agent.togglePrivacy();
  await isSilent(server);
  expect(server.privacy).toMatchObject({ reason: 'wish', by: 'bedside' });
  agent.togglePrivacy();
  await sends(server);
  expect(server.privacy).toBeNull();
});

test('A pause that runs when the device begins is kept from the first packet on', async () => {
  const since = Date.now();
  const { server, pauses } = await startScene({
    ...{ reason: 'examination', by: 'clinician' },
    ...{ since, until: since + 5 * MINUTE_MS },
  });
  await isSilent(server);
  expect(pauses).toEqual([true]);
  expect(await packets(server)).toBe(0);
});
