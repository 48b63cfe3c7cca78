/** What a person at a terminal reads, and which exit code a script sees, when something is wrong from the start. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HavenServer } from './support/haven-server.ts';
import { Program, temporaryDirectory } from './support/process.ts';

async function run(entry: string, args: readonly string[], environment: Record<string, string> = {}) {
  const program = new Program(entry, args, { HAVEN_LOG_LEVEL: 'silent', ...environment });
  const { code } = await program.ended;
  return { code, output: program.output };
}

describe('the server refuses to start, with a sentence and exit code 2,', () => {
  const start = (environment: Record<string, string>) =>
    run('server/src/main.ts', [], { HAVEN_DATA_DIR: temporaryDirectory('refused'), ...environment });

  test('when its port is in use', async () => {
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(0, '127.0.0.1', listening));
    const { port } = squatter.address() as AddressInfo;
    const { code, output } = await start({ PORT: String(port), HAVEN_DEMO: '0' });
    squatter.close();
    expect(output).toContain(`Port ${port} is in use`);
    expect(code).toBe(2);
  });

  test.each([
    ['a setting has no sensible value', { PORT: 'three' }, 'PORT'],
    ['hosted Supabase lacks its keys', { SUPABASE_URL: 'https://db.invalid' }, 'SUPABASE_SECRET_KEY'],
    ['it would serve other machines in the clear', { HAVEN_LISTEN: '0.0.0.0' }, 'HAVEN_TLS'],
    [
      'the demonstration is asked for in production',
      { HAVEN_DEMO: '1', NODE_ENV: 'production' },
      'HAVEN_DEMO',
    ],
    ['its certificate cannot be read', { HAVEN_TLS: '/nowhere/c.pem,/nowhere/k.pem' }, 'HAVEN_TLS'],
  ])('when %s', async (_what, environment, named) => {
    const { code, output } = await start(environment);
    expect(output).toContain(named);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });
});

describe('with a server running', () => {
  let server: HavenServer;
  beforeAll(async () => {
    server = await HavenServer.start();
  }, 90_000);
  afterAll(() => server.stop());

  test('a second server on the same data directory refuses to start and does not disturb the first', async () => {
    const environment = { PORT: '0', HAVEN_DATA_DIR: server.dataDirectory, HAVEN_DEMO: '0' };
    const { code, output } = await run('server/src/main.ts', [], environment);
    expect(output).toContain('in use by the Haven server');
    expect(code).toBe(2);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  const device = (patientId: string, file: string, token: string) =>
    run('device/src/main.ts', ['--server', server.url, '--patient', patientId, '--file', file], {
      HAVEN_DEVICE_TOKEN: token,
    });

  test('a device with a wrong token says so and ends', async () => {
    const synthetic = ['--server', server.url, '--patient', 'P-101', '--synthetic', 'hr=72'];
    const { code, output } = await run('device/src/main.ts', synthetic, {
      HAVEN_DEVICE_TOKEN: `hvd_${'x'.repeat(43)}`,
    });
    expect(output).toContain('UNAUTHENTICATED');
    expect(code).not.toBe(0);
  });

  test("a device that asks for another patient than its token's says so and ends", async () => {
    const token = await server.deviceToken('P-101');
    const synthetic = ['--server', server.url, '--patient', 'P-999', '--synthetic', 'hr=72'];
    const { code, output } = await run('device/src/main.ts', synthetic, { HAVEN_DEVICE_TOKEN: token });
    expect(output).toMatch(/PATIENT_UNKNOWN|FORBIDDEN/);
    expect(code).not.toBe(0);
  });

  test('a device that is given a file without video says so and ends', async () => {
    const file = join(temporaryDirectory('file'), 'notes.mp4');
    writeFileSync(file, 'these are notes, no video');
    const { code, output } = await device('P-101', file, await server.deviceToken('P-101'));
    expect(output).toContain('notes.mp4');
    expect(code).not.toBe(0);
  });

  test('the administrator command names an unknown patient', async () => {
    await expect(server.admin('device', 'add', 'P-999')).rejects.toThrow(/P-999/);
  });

  test('the administrator command names a malformed id', async () => {
    await expect(server.admin('device', 'add', 'patient; drop table')).rejects.toThrow(/patient/);
  });
});

test('the analyzer says that a file is no video and exits with 2', async () => {
  const file = join(temporaryDirectory('file'), 'notes.mp4');
  writeFileSync(file, 'these are notes, no video');
  const { code, output } = await run('cv-worker/src/analyze.ts', [file, '--json']);
  expect(output).toContain('notes.mp4');
  expect(code).toBe(2);
});

test('a device without a token says which setting to give', async () => {
  const { code, output } = await run('device/src/main.ts', [
    ...['--server', 'http://127.0.0.1:9', '--patient', 'P-101', '--synthetic', 'hr=72'],
  ]);
  expect(output).toContain('HAVEN_DEVICE_TOKEN');
  expect(code).not.toBe(0);
});
