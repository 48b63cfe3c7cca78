import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describePlatform } from './platform.mjs';
import { workerCacheKey, workerFault } from './worker-cache.mjs';

const debian = describePlatform({
  os: 'linux',
  arch: 'x64',
  osRelease: 'ID=debian\nVERSION_ID="12"\n',
  musl: false,
  userId: 0,
});
const IDENTITY = { version: '3.27.1', sources: 'sha512-a', buildFiles: 'b', platform: debian };

/** @param {string} script @returns {string} */
function executable(script) {
  const path = join(mkdtempSync(join(tmpdir(), 'haven-worker-')), 'mediasoup-worker');
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

describe("The cached worker's name", () => {
  test('can be read: version, system, distribution and a checksum', () => {
    expect(workerCacheKey(IDENTITY)).toMatch(/^3\.27\.1-linux-x64-debian-12-glibc-[0-9a-f]{16}$/);
  });

  test.each([
    ['the version', { version: '3.28.0' }],
    ["mediasoup's sources", { sources: 'sha512-c' }],
    ['our build files', { buildFiles: 'd' }],
    ['the processor', { platform: { ...debian, arch: 'arm64' } }],
    ['the distribution', { platform: { ...debian, distribution: 'debian-13' } }],
    ['the C library', { platform: { ...debian, libc: /** @type {const} */ ('musl') } }],
  ])('is another one for another state of %s', (_, change) => {
    expect(workerCacheKey({ ...IDENTITY, ...change })).not.toBe(workerCacheKey(IDENTITY));
  });

  test('stays the same for another user of the same machine', () => {
    expect(workerCacheKey({ ...IDENTITY, platform: { ...debian, root: false } })).toBe(
      workerCacheKey(IDENTITY),
    );
  });
});

describe('A worker binary', () => {
  test('works when it asks for its parent as mediasoup-worker does', async () => {
    expect(await workerFault(executable('#!/bin/sh\nexit 41\n'))).toBeUndefined();
  });

  test('does not work when its libraries are missing', async () => {
    const fault = await workerFault(
      executable('#!/bin/sh\necho "cannot open shared object file"\nexit 127\n'),
    );
    expect(fault).toContain('exit code 127');
    expect(fault).toContain('cannot open shared object file');
  });

  test('does not work when it is another program or none', async () => {
    expect(await workerFault(executable('#!/bin/sh\nexit 0\n'))).toContain('is not mediasoup-worker');
    expect(await workerFault('/nonexistent/mediasoup-worker')).toContain('could not be started');
  });
});
