import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { types } from 'mediasoup';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import type { Stream } from './stream.ts';
import type { Viewer } from './viewer.ts';

let server: TestServer;
let stream: Stream;
let viewer: Viewer;
let consumer: types.Consumer;

/** A small tile that is a still, since the server is too busy. */
beforeEach(async () => {
  server = await TestServer.start();
  const { streamId } = await publishRtp(server, 'P-101');
  stream = server.sfu.streams.get(streamId)!;
  viewer = await server.sfu.openViewer();
  server.sfu.observation.census.once('newconsumer', (made) => (consumer = made));
  const { consumerId } = await viewer.consume(stream, viewer.routerRtpCapabilities);
  show();
  await viewer.resume(consumerId);
  server.sfu.relieve('off-screen');
  await eventually(() => consumer.paused && viewer.stills === 1, 'the tile to be a still');
});
afterEach(async () => {
  jest.restoreAllMocks();
  letWorkerGoOn();
  await server.close();
});

const show = (): void =>
  viewer.show([{ streamId: stream.streamId, width: 320, height: 180, visible: true, focused: false }]);

/** The media worker answers nothing until it is let go on. */
function holdWorker(): void {
  process.kill(stream.mediaWorker.pid, 'SIGSTOP');
}
function letWorkerGoOn(): void {
  process.kill(stream.mediaWorker.pid, 'SIGCONT');
}

/** Has the next request for a new picture wait at this step. @returns whether it waits, and whether it is over */
function refreshThatWaitsAt(step: 'trace' | 'resume') {
  const is = { waiting: false, over: false };
  const wait = (): void => {
    is.waiting = true;
    holdWorker();
  };
  const trace = consumer.enableTraceEvent.bind(consumer);
  jest.spyOn(consumer, 'enableTraceEvent').mockImplementation(async (kinds = []) => {
    if (kinds.length > 0 && step === 'trace') wait();
    await trace(kinds);
    is.over ||= kinds.length === 0;
  });
  const resume = consumer.resume.bind(consumer);
  jest.spyOn(consumer, 'resume').mockImplementation(() => {
    if (step === 'resume') wait();
    return resume();
  });
  return is;
}

describe('a still that gets a new picture', () => {
  test.each(['trace', 'resume'] as const)(
    'and is scrolled away before the media worker answered (%s) is sent no more',
    async (step) => {
      const refresh = refreshThatWaitsAt(step);
      stream.emit('turn');
      await eventually(() => refresh.waiting, 'the refresh to wait');
      viewer.show([]);
      letWorkerGoOn();
      await eventually(() => refresh.over, 'the end of the refresh');
      await eventually(() => consumer.paused, 'the consumer to be paused');
      expect((await consumer.dump()).paused).toBe(true);
      expect(viewer.stills).toBe(0);
    },
  );

  test('and may move again before the media worker answered moves', async () => {
    const refresh = refreshThatWaitsAt('resume');
    stream.emit('turn');
    await eventually(() => refresh.waiting, 'the refresh to wait');
    server.sfu.relieve('none');
    letWorkerGoOn();
    await eventually(() => refresh.over, 'the end of the refresh');
    await eventually(() => !consumer.paused, 'the consumer to be resumed');
    expect((await consumer.dump()).paused).toBe(false);
  });
});
