import { fork, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { CvServer, TEST_KEY } from './signalling/testing/cv-server.ts';
import { eventually } from './tap/testing/eventually.ts';
import { TestSfu } from './tap/testing/sfu.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

let child: ChildProcess;
let stderr: string;

function start(settings: Record<string, string>): void {
  stderr = '';
  const { PATH = '' } = process.env;
  child = fork(MAIN, {
    env: {
      PATH,
      HAVEN_LOG_LEVEL: 'silent',
      HAVEN_CV_THREADS: '1',
      HAVEN_TAP_PORTS: '21400-21499',
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [],
  });
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
}

async function end(): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? child.exitCode;
}

/** Whether nothing, and so no ffmpeg, has the port. */
async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    const listening = once(socket, 'listening');
    socket.bind(port, '127.0.0.1');
    await listening;
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

afterEach(async () => {
  child.kill('SIGKILL');
  await end();
});

describe('starting the worker wrongly', () => {
  test('without a key, ends with a sentence', async () => {
    start({});
    expect(await end()).toBe(2);
    expect(stderr).toMatch(/^Set HAVEN_CV_KEY_FILE .*\.\n$/);
  }, 20_000);

  test('with an unknown tensor backend, ends with a sentence', async () => {
    start({ HAVEN_CV_KEY: TEST_KEY, HAVEN_TFJS_BACKEND: 'abacus' });
    expect(await end()).toBe(2);
    expect(stderr).toContain('HAVEN_TFJS_BACKEND must be one of wasm, node.');
  }, 20_000);

  test('with a key that the server does not know, ends with a sentence', async () => {
    const server = await CvServer.start();
    try {
      start({ HAVEN_CV_KEY: 'a wrong key', HAVEN_URL: server.url });
      expect(await end()).toBe(2);
      expect(stderr).toContain('refuses this worker (UNAUTHENTICATED)');
    } finally {
      await server.close();
    }
  }, 20_000);

  test('at one of two servers, waits for the other', async () => {
    const [refusing, late] = await Promise.all([CvServer.start(), CvServer.start()]);
    refusing.refusal = new HavenError('PROTOCOL_VERSION');
    late.refusal = new HavenError('SHUTTING_DOWN');
    try {
      start({ HAVEN_CV_KEY: TEST_KEY, HAVEN_URL: `${refusing.url},${late.url}` });
      await eventually(() => refusing.refusals > 1 && late.refusals > 1, 20_000);
      late.refusal = null;
      await eventually(() => late.connections === 1);
      expect(child.exitCode).toBeNull();
    } finally {
      await Promise.all([refusing.close(), late.close()]);
    }
  }, 40_000);
});

describe('the worker process', () => {
  let sfu: TestSfu;
  let server: CvServer;

  beforeAll(async () => {
    sfu = await TestSfu.create();
  }, 15_000);
  afterAll(() => sfu.close());

  beforeEach(async () => {
    server = await CvServer.start();
    server.taps = (name, request) => sfu.serve(name, request);
    start({ HAVEN_CV_KEY: TEST_KEY, HAVEN_URL: server.url });
    await eventually(() => server.connections === 1, 20_000);
    server.assign();
    await eventually(() => server.observations.length > 0, 20_000);
  }, 60_000);

  afterEach(() => server.close());

  test('withholds the vitals of a test card, and on SIGTERM stops its ffmpeg and ends with 0', async () => {
    const vitals = server.observations.flatMap((observation) =>
      observation.kind === 'vital' && observation.vital.name === 'pulse' ? [observation.vital] : [],
    );
    expect(vitals.length).toBeGreaterThan(0);
    expect(vitals.every(({ state, value }) => state === 'withheld' && value === null)).toBe(true);
    child.kill('SIGTERM');
    expect(await end()).toBe(0);
    expect(await isFree(sfu.tapPort)).toBe(true);
  }, 60_000);

  test('ends when its parent goes, and its ffmpeg with it', async () => {
    child.disconnect();
    expect(await end()).toBe(0);
    expect(await isFree(sfu.tapPort)).toBe(true);
  }, 60_000);

  test('leaves no ffmpeg behind when it is killed', async () => {
    expect(await isFree(sfu.tapPort)).toBe(false);
    child.kill('SIGKILL');
    expect(await end()).toBe('SIGKILL');
    let free = false;
    await eventually(() => {
      void isFree(sfu.tapPort).then((result) => (free = result));
      return free;
    });
  }, 60_000);
});
