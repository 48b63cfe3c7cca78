import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { get } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectSecurely, type SecureVersion, type TLSSocket } from 'node:tls';
import { readConfig } from '../config/config.ts';
import { loadTls, type TlsFiles } from './tls.ts';
import { createWebServer, listen as listenAt, type ConnectionBounds } from './web-server.ts';

const bounds: ConnectionBounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 200,
  requestTimeout: 400,
  connectionsCheckingInterval: 50,
  maxConnections: 2,
};
const readAll: RequestListener = (request, response) => {
  request.resume();
  request.once('end', () => response.end('done'));
};

let server: Server;
async function listen(tls?: TlsFiles): Promise<number> {
  server = createWebServer(readAll, tls, bounds);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends bytes and gives all that comes back until the server closes the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  let answer = '';
  socket.on('data', (piece: Buffer) => (answer += piece.toString()));
  socket.on('error', () => undefined);
  await new Promise((closed) => socket.once('close', closed));
  return answer;
}

describe('a connection', () => {
  test('that never ends its headers is closed', async () => {
    expect(await exchange(await listen(), 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toContain('408');
  });

  test('that never ends its body is closed', async () => {
    const request = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nfew';
    expect(await exchange(await listen(), request)).toContain('408');
  });

  test('with larger headers than a browser sends is refused', async () => {
    const header = 'x'.repeat(bounds.maxHeaderSize);
    expect(await exchange(await listen(), `GET / HTTP/1.1\r\nHost: a\r\nX: ${header}\r\n\r\n`)).toContain(
      '431',
    );
  });

  test.each([
    ['no HTTP at all', '\u0016\u0003\u0001 nonsense\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks, which two servers may read differently',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('with %s is refused', async (_what, bytes) => {
    expect(await exchange(await listen(), bytes)).toContain('400 Bad Request');
  });

  test('beyond the places is closed, and a place that is left is given again', async () => {
    const port = await listen();
    const holders = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(holders.map((socket) => once(socket, 'connect')));
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    expect(await exchange(port, request)).toBe('');
    holders[0]!.destroy();
    // The server hears of it a moment later.
    for (;;) if ((await exchange(port, request)).includes('200 OK')) break;
    holders[1]!.destroy();
  });
});

describe('over TLS', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haven-web-server-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('version 1.3 is spoken, and 1.2 is refused', async () => {
    const config = readConfig({ HAVEN_TLS: 'self-signed', HAVEN_DATA_DIR: directory });
    const tls = await loadTls(config, Date.now());
    const port = await listen(tls);
    const ca = readFileSync(tls!.authorityFile!);
    const handshake = (maxVersion: SecureVersion) =>
      new Promise<string | null>((resolve, reject) => {
        const socket: TLSSocket = connectSecurely({ host: '127.0.0.1', port, ca, maxVersion }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', reject);
      });
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    await expect(handshake('TLSv1.2')).rejects.toThrow(/protocol version/i);
  });

  test('with a given certificate at one address, what runs on this machine gets in by an authority of Haven', async () => {
    const own = readConfig({ HAVEN_TLS: 'self-signed', HAVEN_DATA_DIR: directory });
    const elsewhere = { ...own, dataDirectory: join(directory, 'elsewhere') };
    const { certificate, key } = (await loadTls(elsewhere, Date.now()))!;
    const paths = ['given.pem', 'given-key.pem'].map((name) => join(directory, name));
    writeFileSync(paths[0]!, certificate);
    writeFileSync(paths[1]!, key);
    const tls = await loadTls({ ...own, tls: paths.join(',') }, Date.now());
    server = createWebServer(readAll, tls, bounds);
    const url = await listenAt(server, { port: 0, listenAddress: '127.0.0.2' }, tls);
    expect(url).toMatch(/^https:\/\/localhost:/);
    const ca = readFileSync(tls!.authorityFile!);
    const body = await new Promise((resolve, reject) => {
      get(url, { ca }, (response) => resolve(text(response))).once('error', reject);
    });
    expect(body).toBe('done');
    const { port } = new URL(url);
    const shown = connectSecurely({ host: '127.0.0.2', port: Number(port), rejectUnauthorized: false });
    await once(shown, 'secureConnect');
    expect(shown.getPeerX509Certificate()?.toString()).toBe(new X509Certificate(certificate).toString());
    shown.destroy();
  });
});

test('A server at one address of several is reached from its own machine all the same', async () => {
  server = createWebServer(readAll, undefined, bounds);
  const url = await listenAt(server, { port: 0, listenAddress: '127.0.0.2' }, undefined);
  expect(await (await fetch(url)).text()).toBe('done');
});
