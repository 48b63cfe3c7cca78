import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { consume, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const gauge = (name: string) => server.telemetry.gauges.get(name)?.();

describe('the observation of media', () => {
  test('counts everything from its beginning to its end', async () => {
    const { census } = server.sfu.observation;
    const { device, streamId } = await publishRtp(server, 'P-101');
    const { monitor } = await watch(server);
    const { consumerId } = await consume(monitor, streamId);
    expect(census.totals).toMatchObject({ transports: 2, producers: 1, consumers: 1, taps: 0, pipes: 0 });
    expect(gauge('haven_sfu_transports')).toBe(2);
    expect(gauge('haven_sfu_producers')).toBe(1);
    await monitor.request('consumer:close', { consumerId });
    expect(census.totals).toMatchObject({ transports: 2, consumers: 0 });
    await monitor.request('room:leave', {});
    await device.request('publish:stop', { streamId });
    await eventually(() => census.totals.transports === 0, 'closed transports');
    expect(census.totals).toEqual({ transports: 0, producers: 0, consumers: 0, taps: 0, pipes: 0 });
    expect(census.peers).toEqual([]);
  });

  test('reads in turn what arrives of each layer', async () => {
    const { census, statistics } = server.sfu.observation;
    const { transport } = await publishRtp(server, 'P-102');
    const peer = census.peer(transport.id);
    if (peer === undefined) throw new Error('the device is not known');
    const [producer] = peer.producers;
    if (producer === undefined) throw new Error('nothing is produced');
    const layers = await eventually(() => {
      const read = statistics.layersOf(producer);
      return read.some(({ bitrate }) => bitrate > 0) ? read : undefined;
    }, 'a reading of the layers');
    expect(layers[0]).toMatchObject({ lossFraction: 0 });
    expect(layers[0]?.score).toBeGreaterThan(0);
    expect(statistics.ofPeer(peer.transport)?.receivedBitrate).toBeGreaterThan(0);
  });
});
