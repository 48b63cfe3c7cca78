import { afterAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config/config.ts';
import { loadTls } from './tls.ts';

const directory = mkdtempSync(join(tmpdir(), 'haven-tls-'));
afterAll(() => rmSync(directory, { recursive: true }));
const config = readConfig({
  HAVEN_TLS: 'self-signed',
  HAVEN_DATA_DIR: directory,
  HAVEN_ANNOUNCED_ADDRESS: '192.0.2.10',
});

describe('the self-signed certificate', () => {
  test('is accepted under loopback and the announced address by a client that trusts the authority', async () => {
    const tls = await loadTls(config, Date.now());
    const leaf = new X509Certificate(tls!.certificate);
    for (const address of ['127.0.0.1', '192.0.2.10']) expect(leaf.checkIP(address)).toBe(address);
    expect(leaf.checkHost('localhost')).toBe('localhost');

    const server = createServer(
      { cert: tls!.certificate, key: tls!.key, minVersion: 'TLSv1.3' },
      (_request, response) => response.end('secret'),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const ca = readFileSync(tls!.authorityFile!, 'utf8');
    const status = await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
    server.close();
    expect(status).toBe(200);
  });

  test('keeps its authority from one start to the next, and the key of it to itself', async () => {
    const first = await loadTls(config, Date.now());
    const authority = readFileSync(first!.authorityFile!, 'utf8');
    const second = await loadTls(config, Date.now());
    expect(readFileSync(second!.authorityFile!, 'utf8')).toBe(authority);
    expect(second!.certificate).not.toBe(first!.certificate);
    expect(statSync(join(directory, 'tls', 'authority.json')).mode & 0o777).toBe(0o600);
  });
});

describe('a given certificate', () => {
  test('that cannot be read stops the start with its path', async () => {
    const given = readConfig({ HAVEN_TLS: '/nowhere/c.pem,/nowhere/k.pem' });
    await expect(loadTls(given, 0)).rejects.toThrow('/nowhere/c.pem');
  });

  test('is for others; what runs on this machine is shown one of Haven’s own authority', async () => {
    const own = await loadTls(config, Date.now());
    const paths = ['given.pem', 'given-key.pem'].map((name) => join(directory, name));
    writeFileSync(paths[0]!, own!.certificate);
    writeFileSync(paths[1]!, own!.key);
    const given = await loadTls({ ...config, tls: paths.join(',') }, Date.now());
    expect(given).toMatchObject({ certificate: own!.certificate, authorityFile: own!.authorityFile });
    const local = new X509Certificate(given!.local!.certificate);
    expect(local.checkHost('localhost')).toBe('localhost');
    const authority = new X509Certificate(readFileSync(given!.authorityFile!, 'utf8'));
    expect(local.verify(authority.publicKey)).toBe(true);
  });

  test('needs its key', async () => {
    await expect(loadTls(readConfig({ HAVEN_TLS: 'c.pem' }), 0)).rejects.toThrow('CERTIFICATE.pem,KEY.pem');
  });
});
