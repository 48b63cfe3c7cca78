import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
let decoder: Socket;
beforeEach(async () => {
  server = await TestServer.start();
  decoder = createSocket('udp4').bind(0, '127.0.0.1');
  await once(decoder, 'listening');
});
afterEach(async () => {
  decoder.close();
  await server.close();
});

test('a tap is sent the layer that it chooses, though the layer begins after the one that it had', async () => {
  const { streamId, publisher } = await publishRtp(server, 'P-101');
  const stream = server.sfu.streams.get(streamId)!;
  const tap = await server.sfu.openTap(stream, { ip: '127.0.0.1', rtpPort: decoder.address().port });
  await tap.resume();
  await eventually(() => tap.sent === 0, 'the lower layer');
  for (let second = 0; second < 3; second += 1) {
    await publisher.report(0);
    await sleep(1000);
  }
  expect(await tap.setLayers({ spatialLayer: 1, temporalLayer: 0 })).toMatchObject({ spatialLayer: 1 });
  for (let second = 0; second < 3; second += 1) {
    await publisher.report(1);
    await sleep(1000);
  }
  await eventually(() => tap.sent === 1, 'the higher layer', 10_000);
}, 20_000);
