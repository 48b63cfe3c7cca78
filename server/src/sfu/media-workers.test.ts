import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../config/config.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { consume, publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { Sfu } from './sfu.ts';

test('a media worker leaves it to the server what a signal means: a drain keeps its pictures', async () => {
  const listening = () => (['SIGTERM', 'SIGINT'] as const).map((signal) => process.listenerCount(signal));
  const before = listening();
  const server = await TestServer.start();
  expect(listening()).toEqual(before);
  await server.close();
});

describe('when a media worker dies', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.close());

  const killWorker = (): void => {
    for (const pid of server.sfu.stats().pids) process.kill(pid, 'SIGKILL');
  };

  test('devices and viewers are told, and the signal counts as lost', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    const { consumerId, transport } = await consume(monitor, streamId);
    killWorker();
    const reason = 'media-worker-died';
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason });
    expect(await monitor.hears('stream:ended')).toEqual({ streamId, patientId: 'P-101', reason });
    expect(await monitor.hears('consumer:closed')).toEqual({ consumerId, reason });
    expect(server.alerts.reports).toContainEqual(
      expect.objectContaining({ condition: 'signal-lost', present: true }),
    );
    await expect(
      monitor.request('transport:restart-ice', { transportId: transport.id }),
    ).rejects.toMatchObject({ code: 'TRANSPORT_UNKNOWN' });
    expect(server.telemetry.counts.get('haven_sfu_worker_deaths_total')).toBe(1);
  });

  test('the device publishes again and the viewer watches again within three seconds', async () => {
    const { device, streamId, token } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    await consume(monitor, streamId);
    killWorker();
    await device.hears('stream:ended');
    const again = await publish(server, 'P-101', token);
    await consume(monitor, again.streamId);
    expect(server.sfu.stats()).toMatchObject({ workers: 1, expectedWorkers: 1, streams: 1, consumers: 1 });
  });

  test('is killed when it hangs, and its streams end as if it had died', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    for (const pid of server.sfu.stats().pids) process.kill(pid, 'SIGSTOP');
    expect(await device.hears('stream:ended', () => true, 15_000)).toEqual({
      streamId,
      reason: 'media-worker-died',
    });
    await eventually(() => server.sfu.stats().workers === 1, 'the worker is back');
  }, 20_000);

  test('streams of the other workers go on', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_MEDIA_WORKERS: '2' });
    const first = await publish(server, 'P-101');
    const second = await publish(server, 'P-102');
    process.kill(server.sfu.streams.get(first.streamId)!.mediaWorker.pid, 'SIGKILL');
    await first.device.hears('stream:ended');
    expect(server.sfu.streams.get(second.streamId)?.live).toBe(true);
    await eventually(() => server.sfu.stats().workers === 2, 'the worker is back');
  });
});

describe('an SFU', () => {
  const settings = { NODE_ENV: 'test', MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN };

  test('says so when its worker cannot be started', async () => {
    const config = readConfig({ ...settings, MEDIASOUP_WORKER_BIN: '/nonexistent/mediasoup-worker' });
    await expect(Sfu.create({ config, telemetry: new QuietTelemetry() })).rejects.toThrow('ENOENT');
  });

  test('says so when a media port is taken, and leaves no worker behind', async () => {
    const taken = readConfig({ ...settings, HAVEN_MEDIA_WORKERS: '1' });
    const telemetry = new QuietTelemetry();
    const holder = await Sfu.create({ config: taken, telemetry });
    const viewer = await holder.openViewer();
    const port = viewer.transportOptions.iceCandidates.find(({ protocol }) => protocol === 'udp')!.port;
    const config = readConfig({ ...settings, HAVEN_MEDIA_WORKERS: '1', HAVEN_MEDIA_PORT: String(port) });
    await expect(Sfu.create({ config, telemetry })).rejects.toThrow();
    await holder.close();
    const sfu = await Sfu.create({ config, telemetry });
    await sfu.close();
    await sfu.close();
  });

  test('announces the address at which other machines reach it', async () => {
    const config = readConfig({
      ...settings,
      HAVEN_MEDIA_WORKERS: '1',
      HAVEN_ANNOUNCED_ADDRESS: '192.0.2.7',
    });
    const sfu = await Sfu.create({ config, telemetry: new QuietTelemetry() });
    const { transportOptions } = await sfu.openViewer();
    expect(transportOptions.iceCandidates.map(({ address }) => address)).toEqual(['192.0.2.7', '192.0.2.7']);
    await sfu.close();
  });
});
