/** Haven over HTTPS with its own authority: everything that a server starts, and a device elsewhere, gets in. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HavenServer } from './support/haven-server.ts';
import { Program, repositoryRoot, temporaryDirectory, until } from './support/process.ts';

/** What a server says about itself. */
function healthOf(server: HavenServer): Promise<string> {
  const file = (...path: string[]) => readFileSync(join(server.dataDirectory, ...path));
  const headers = { authorization: `Bearer ${file('metrics-token').toString().trim()}` };
  return new Promise((resolve, reject) => {
    get(`${server.url}/health`, { ca: file('tls', 'haven-authority.pem'), headers }, (response) => {
      resolve(text(response));
    }).once('error', reject);
  });
}

/** A certificate of an authority that nobody knows, and its key: their paths. */
function makeCertificate(): [certificate: string, key: string] {
  const directory = temporaryDirectory('given-certificate');
  const module = (path: string) => JSON.stringify(join(repositoryRoot, 'server/src', path));
  const program = `
    import { writeFileSync } from 'node:fs';
    import { readConfig } from ${module('config/config.ts')};
    import { loadTls } from ${module('http/tls.ts')};
    const { certificate, key } = await loadTls(readConfig({ HAVEN_TLS: 'self-signed', HAVEN_DATA_DIR: '.' }), Date.now());
    writeFileSync('certificate.pem', certificate);
    writeFileSync('key.pem', key);`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: directory });
  return [join(directory, 'certificate.pem'), join(directory, 'key.pem')];
}

async function hasItsWorker(server: HavenServer): Promise<void> {
  expect(server.url).toMatch(/^https:/);
  await until('the worker', 20_000, async () => (await healthOf(server)).includes('1 connected'));
}

describe('a server with a self-signed certificate', () => {
  let server: HavenServer;
  let authority: string;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_TLS: 'self-signed', HAVEN_ANNOUNCED_ADDRESS: '127.0.0.1' });
    authority = join(server.dataDirectory, 'tls', 'haven-authority.pem');
  });
  afterAll(() => server.stop());

  const device = async (...args: string[]) =>
    new Program(
      'device/src/main.ts',
      ['--server', server.url, '--patient', 'P-101', '--synthetic', 'hr=72', '--size', '320x240', ...args],
      { HAVEN_DEVICE_TOKEN: await server.deviceToken('P-101') },
    );

  test('is joined by its own CV worker', () => hasItsWorker(server));

  test('is joined by a device that trusts its authority', async () => {
    const trusting = await device('--ca', authority);
    await until('the device to publish', 20_000, () => trusting.output.includes('"publishing"'));
    await trusting.stop();
  });

  test('is not joined by a device that does not', async () => {
    const doubting = await device();
    await until('its complaint', 20_000, () => /certificate/i.test(doubting.output));
    expect(doubting.output).not.toContain('"publishing"');
    await doubting.stop();
  });
});

test('A server with a certificate of another authority for another name is joined by its own CV worker', async () => {
  const [certificate, key] = makeCertificate();
  const server = await HavenServer.start({ HAVEN_TLS: `${certificate},${key}` });
  try {
    await hasItsWorker(server);
  } finally {
    await server.stop();
  }
});
