import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { CvServer, TEST_KEY } from './signalling/testing/cv-server.ts';
import { eventually } from './tap/testing/eventually.ts';
import { TestSfu } from './tap/testing/sfu.ts';
import { CvWorker } from './worker.ts';

let sfu: TestSfu;
let server: CvServer;
/** Another node of the same cluster. */
let another: CvServer;
let worker: CvWorker;

beforeAll(async () => {
  sfu = await TestSfu.create();
}, 15_000);
afterAll(() => sfu.close());

async function startServer(): Promise<CvServer> {
  const started = await CvServer.start();
  started.taps = (name, request) => sfu.serve(name, request);
  return started;
}

beforeEach(async () => {
  sfu.opened = 0;
  [server, another] = await Promise.all([startServer(), startServer()]);
  worker = await CvWorker.start({
    config: readConfig({
      HAVEN_URL: `${server.url},${another.url}`,
      HAVEN_CV_KEY: TEST_KEY,
      HAVEN_CV_THREADS: '1',
      HAVEN_TAP_PORTS: '21300-21399',
    }),
    logger: pino({ level: 'silent' }),
    threadEntry: new URL('./pool/testing/scripted-thread.ts', import.meta.url),
  });
  await eventually(() => server.connections === 1 && another.connections === 1);
}, 15_000);

afterEach(async () => {
  await worker.close();
  await Promise.all([server.close(), another.close()]);
  sfu.closeTaps();
});

describe('the CV worker', () => {
  test('analyses an assigned stream, posts what it finds and reports how it goes', async () => {
    const assignment = server.assign();
    const { assignmentId, epoch, patientId, streamId, source } = assignment;
    await eventually(() => server.observations.length >= 15, 20_000);
    expect(server.observations[0]).toMatchObject({
      ...{ assignmentId, epoch, patientId, streamId, source },
      kind: 'event',
    });
    expect(new Set(server.observations.map(({ id }) => id)).size).toBe(server.observations.length);
    await eventually(() => (server.statuses.at(-1)?.streams[0]?.framesAnalysed ?? 0) > 10);
    expect(server.statuses.at(-1)).toMatchObject({
      threads: 1,
      tensors: 7,
      streams: [{ assignmentId, framesDropped: 0, decoderRestarts: 0, frameRate: 15, reduced: false }],
    });
  }, 30_000);

  test('gives a stream back when it is unassigned', async () => {
    const assignment = server.assign();
    await eventually(() => server.observations.length > 0);
    server.unassign(assignment);
    await eventually(() => server.statuses.at(-1)?.streams.length === 0);
  }, 30_000);

  test('begins with new assignments after the connection was lost', async () => {
    server.assign();
    await eventually(() => server.observations.length > 0);
    server.cut();
    sfu.closeTaps();
    await eventually(() => server.connections === 2);
    const assignment = server.assign();
    await eventually(() =>
      server.observations.some(({ assignmentId }) => assignmentId === assignment.assignmentId),
    );
    expect(sfu.opened).toBe(2);
  }, 30_000);

  test('works for each of its servers, told apart, and for one when the other is gone', async () => {
    const first = server.assign();
    const second = another.assign();
    const of = (node: CvServer) => new Set(node.observations.map(({ assignmentId }) => assignmentId));
    await eventually(() => of(server).size > 0 && of(another).size > 0);
    await eventually(() => server.statuses.at(-1)?.streams.length === 1);
    expect([of(server), of(another)]).toEqual([
      new Set([first.assignmentId]),
      new Set([second.assignmentId]),
    ]);
    server.cut();
    const posted = another.observations.length;
    await eventually(() => server.connections === 2);
    await eventually(() => another.observations.length > posted + 5);
    await eventually(() => server.statuses.at(-1)?.streams.length === 0);
  }, 30_000);

  test('lets the newest assignment of a stream win', async () => {
    const first = server.assign();
    await eventually(() => server.observations.length > 0);
    const second = server.assign({ streamId: first.streamId });
    await eventually(() => server.statuses.at(-1)?.streams[0]?.assignmentId === second.assignmentId);
    expect(server.statuses.at(-1)?.streams).toHaveLength(1);
  }, 30_000);

  test('drops a stream that cannot be tapped', async () => {
    let opened = 0;
    server.taps = () => {
      opened += 1;
      return Promise.resolve({ ...description, mimeType: 'video/AV1' });
    };
    server.assign();
    await eventually(() => opened > 0);
    const reported = server.statuses.length;
    await eventually(() => server.statuses.slice(reported).some(({ streams }) => streams.length === 0));
    expect(opened).toBe(1);
  }, 30_000);
});

const description = {
  payloadType: 101,
  clockRate: 90_000,
  ssrc: 1,
  parameters: {},
  sourceIp: '127.0.0.1',
  sourcePort: 40_000,
};
