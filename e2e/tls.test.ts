/** Haven over HTTPS with its own authority: everything that a server starts, and a device elsewhere, gets in. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { HavenServer } from './support/haven-server.ts';
import { Program, until } from './support/process.ts';

describe('a server with a self-signed certificate', () => {
  let server: HavenServer;
  let authority: string;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_TLS: 'self-signed', HAVEN_ANNOUNCED_ADDRESS: '127.0.0.1' });
    authority = join(server.dataDirectory, 'tls', 'haven-authority.pem');
  });
  afterAll(() => server.stop());

  const health = () =>
    new Promise<string>((resolve, reject) => {
      const token = readFileSync(join(server.dataDirectory, 'metrics-token'), 'utf8').trim();
      const headers = { authorization: `Bearer ${token}` };
      get(`${server.url}/health`, { ca: readFileSync(authority), headers }, (response) => {
        let body = '';
        response.on('data', (piece: Buffer) => (body += piece.toString()));
        response.on('end', () => resolve(body));
      }).once('error', reject);
    });

  const device = async (...args: string[]) =>
    new Program(
      'device/src/main.ts',
      ['--server', server.url, '--patient', 'P-101', '--synthetic', 'hr=72', '--size', '320x240', ...args],
      { HAVEN_DEVICE_TOKEN: await server.deviceToken('P-101') },
    );

  test('is joined by its own CV worker', async () => {
    expect(server.url).toMatch(/^https:/);
    await until('the worker', 20_000, async () => (await health()).includes('1 connected'));
  });

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
