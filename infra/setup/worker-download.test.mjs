import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isExecutable } from './executables.mjs';
import { runCommand } from './run-command.mjs';
import { downloadWorker } from './worker-download.mjs';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'haven-download-'));

/** @returns {Promise<Buffer>} an archive like mediasoup's: the worker alone, without a folder */
async function archiveOf(/** @type {string} */ script) {
  const directory = newDirectory();
  const worker = join(directory, 'mediasoup-worker');
  writeFileSync(worker, script);
  chmodSync(worker, 0o755);
  const archive = join(directory, 'worker.tgz');
  await runCommand('tar', ['-czf', archive, '-C', directory, 'mediasoup-worker'], { limitSeconds: 10 });
  return readFileSync(archive);
}

/**
 * @param {import('node:http').RequestListener} answer
 * @param {(base: string) => Promise<void>} work
 */
async function withServer(answer, work) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  try {
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    await work(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** @param {string} base @param {string} directory @param {number} [answerLimitMs] */
function download(base, directory, answerLimitMs) {
  return downloadWorker({
    version: '3.27.1',
    directory,
    environment: { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: base },
    platform: { os: 'linux', arch: 'x64' },
    answerLimitMs,
  });
}

describe('The ready-made worker', () => {
  test('is fetched by version and platform and unpacked', async () => {
    const archive = await archiveOf('#!/bin/sh\nexit 41\n');
    const directory = newDirectory();
    /** @type {(string | undefined)[]} */
    const asked = [];
    await withServer(
      (request, response) => {
        asked.push(request.url);
        response.end(archive);
      },
      async (base) => expect(await download(base, directory)).toBeUndefined(),
    );
    expect(asked).toEqual([
      expect.stringMatching(/^\/3\.27\.1\/mediasoup-worker-3\.27\.1-linux-x64-kernel\d+\.tgz$/),
    ]);
    expect(isExecutable(join(directory, 'mediasoup-worker'))).toBe(true);
  });

  test('does not exist for every platform', async () => {
    await withServer(
      (_, response) => void response.writeHead(404).end(),
      async (base) => expect(await download(base, newDirectory())).toBe('the download server answered 404'),
    );
  });

  test('is not waited for where a firewall drops silently', async () => {
    await withServer(
      () => {},
      async (base) =>
        expect(await download(base, newDirectory(), 50)).toBe('the download server did not answer in time'),
    );
  });

  test('is refused when it is no archive', async () => {
    await withServer(
      (_, response) => void response.end('<html>Sign in to the guest network</html>'),
      async (base) => expect(await download(base, newDirectory())).toContain('tar failed'),
    );
  });

  test('is told to be out of reach where nothing listens', async () => {
    /** @type {string} */
    let closed = '';
    await withServer(
      () => {},
      async (base) => void (closed = base),
    );
    expect(await download(closed, newDirectory())).toContain('ECONNREFUSED');
  });
});
