import { describe, expect, test } from '@jest/globals';
import { buildJobs, checkBuildTools } from './worker-build.mjs';
import { prebuiltName } from './worker-download.mjs';

const GIB = 1024 ** 3;

describe('Making mediasoup-worker', () => {
  test('runs a compiler a core as far as memory goes, and at least one', () => {
    expect(buildJobs(4, 16 * GIB)).toBe(4);
    expect(buildJobs(8, 3.5 * GIB)).toBe(3);
    expect(buildJobs(2, 0.2 * GIB)).toBe(1);
  });

  test('asks for every tool and library where there is none', async () => {
    const missing = await checkBuildTools({ PATH: '/nonexistent' });
    expect(missing.flatMap(({ packages }) => packages).sort()).toEqual([
      'cmake',
      'flatbuffers-compiler',
      'g++',
      'libabsl-dev',
      'libflatbuffers-dev',
      'libsrtp2-dev',
      'libssl-dev',
      'libuv1-dev',
      'ninja-build',
      'pkg-config',
    ]);
  });

  test('downloads it under the name that mediasoup gives it', () => {
    expect(prebuiltName('3.27.1', { os: 'linux', arch: 'x64' }, '6.1.0-18-amd64')).toBe(
      'mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
    );
    expect(prebuiltName('3.27.1', { os: 'darwin', arch: 'arm64' }, '24.1.0')).toBe(
      'mediasoup-worker-3.27.1-darwin-arm64.tgz',
    );
  });
});
