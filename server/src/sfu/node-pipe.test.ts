import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { types } from 'mediasoup';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { IncomingPipe, OutgoingPipe, type PipeListening } from './node-pipe.ts';
import type { Stream } from './stream.ts';

const LISTENING: PipeListening = { announcedAddress: undefined, portRange: undefined };

describe('a stream on its way to another node', () => {
  let near: TestServer;
  let far: TestServer;
  let stream: Stream;

  beforeEach(async () => {
    [near, far] = await Promise.all([TestServer.start(), TestServer.start()]);
    const { streamId } = await publishRtp(near, 'P-101');
    stream = near.sfu.streams.get(streamId)!;
  });
  afterEach(() => Promise.all([near.close(), far.close()]));

  async function join(): Promise<{
    outgoing: OutgoingPipe;
    incoming: IncomingPipe;
    producer: types.Producer;
  }> {
    const { mediaWorker } = await far.sfu.openViewer();
    const incoming = await IncomingPipe.open(mediaWorker.router, LISTENING);
    const outgoing = await OutgoingPipe.open(stream, incoming.end, LISTENING);
    const producer = await incoming.receive(outgoing.end, outgoing.rtpParameters);
    return { outgoing, incoming, producer };
  }

  async function packets(producer: types.Producer): Promise<number> {
    return (await producer.getStats()).reduce((sum, { packetCount }) => sum + packetCount, 0);
  }

  async function arrives(producer: types.Producer): Promise<void> {
    let count = 0;
    const timer = setInterval(() => void packets(producer).then((read) => (count = read)), 50);
    await eventually(() => count > 20, 'packets come out of the pipe', 10_000);
    clearInterval(timer);
  }

  test('arrives, encrypted with AES-GCM under a key of each end', async () => {
    const { outgoing, incoming, producer } = await join();
    expect(outgoing.end.srtpParameters.cryptoSuite).toMatch(/^AEAD_AES_/);
    expect(outgoing.end.srtpParameters.keyBase64).not.toBe(incoming.end.srtpParameters.keyBase64);
    await arrives(producer);
    expect(producer.rtpParameters.encodings).toHaveLength(stream.state.maxSpatialLayer + 1);
  });

  test('is refused to an end with another cipher, and leaves nothing', async () => {
    const { mediaWorker } = await far.sfu.openViewer();
    const { end } = await IncomingPipe.open(mediaWorker.router, LISTENING);
    const before = near.sfu.observation.census.totals;
    const srtpParameters = { ...end.srtpParameters, cryptoSuite: 'AES_CM_128_HMAC_SHA1_80' as const };
    await expect(OutgoingPipe.open(stream, { ...end, srtpParameters }, LISTENING)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(near.sfu.observation.census.totals).toEqual(before);
  });

  test('makes its publisher send as high a layer as is watched beyond', async () => {
    const { outgoing, producer } = await join();
    await arrives(producer);
    const demands: number[] = [];
    stream.on('demand', (layer) => demands.push(layer));
    // With nobody there, the upper layers are given up after a while.
    await stream.examine();
    near.advance(20_000);
    await stream.examine();
    outgoing.demand(1);
    expect(demands.at(-1)).toBe(stream.state.maxSpatialLayer);
    outgoing.demand(null);
    await stream.examine();
    near.advance(20_000);
    await stream.examine();
    expect(demands.at(-1)).toBe(0);
  });

  test('leaves nothing behind on either node when it is closed', async () => {
    const { mediaWorker } = await far.sfu.openViewer();
    const census = async () => {
      const dumps = await Promise.all([stream.mediaWorker.router.dump(), mediaWorker.router.dump()]);
      return dumps.map(({ transportIds, mapProducerIdConsumerIds, mapConsumerIdProducerId }) => [
        transportIds.length,
        mapProducerIdConsumerIds.length,
        mapConsumerIdProducerId.length,
      ]);
    };
    const viewer = await far.sfu.openViewer();
    const before = await census();
    const incoming = await IncomingPipe.open(mediaWorker.router, LISTENING);
    const outgoing = await OutgoingPipe.open(stream, incoming.end, LISTENING);
    await incoming.receive(outgoing.end, outgoing.rtpParameters);
    outgoing.close();
    incoming.close();
    expect(await census()).toEqual(before);
    viewer.close();
  });

  test('ends with its stream', async () => {
    const { outgoing } = await join();
    stream.end('device-stopped');
    await eventually(() => outgoing.closed, 'the pipe is closed');
  });

  test('is not to be had of a stream that has ended', async () => {
    stream.end('device-stopped');
    const { mediaWorker } = await far.sfu.openViewer();
    const incoming = await IncomingPipe.open(mediaWorker.router, LISTENING);
    await expect(OutgoingPipe.open(stream, incoming.end, LISTENING)).rejects.toMatchObject({
      code: 'STREAM_UNKNOWN',
    });
  });
});
