import { describe, expect, test } from '@jest/globals';
import { describePlatform } from './platform.mjs';

const DEBIAN = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n`;
const UBUNTU = `PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n`;
const MINT = `PRETTY_NAME='Linux Mint 22'\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n`;
const ALPINE = `ID=alpine\nVERSION_ID=3.21.0\nPRETTY_NAME="Alpine Linux v3.21"\n`;

/** @param {Partial<Parameters<typeof describePlatform>[0]>} facts */
function describeLinux(facts) {
  return describePlatform({ os: 'linux', arch: 'x64', osRelease: '', musl: false, userId: 1000, ...facts });
}

describe('The platform', () => {
  test('is known by its distribution and version', () => {
    expect(describeLinux({ osRelease: DEBIAN, userId: 0 })).toEqual({
      os: 'linux',
      arch: 'x64',
      distribution: 'debian-12',
      name: 'Debian GNU/Linux 12 (bookworm)',
      debianLike: true,
      ubuntu: false,
      libc: 'glibc',
      root: true,
    });
  });

  test('takes packages from apt-get when it descends from Debian', () => {
    expect(describeLinux({ osRelease: UBUNTU })).toMatchObject({
      debianLike: true,
      ubuntu: true,
      root: false,
    });
    expect(describeLinux({ osRelease: MINT })).toMatchObject({ debianLike: true, ubuntu: true });
    expect(describeLinux({ osRelease: ALPINE, musl: true })).toMatchObject({
      debianLike: false,
      libc: 'musl',
    });
  });

  test('is named by the operating system where there is no os-release', () => {
    const mac = describePlatform({ os: 'darwin', arch: 'arm64', osRelease: '', musl: false, userId: 501 });
    expect(mac).toMatchObject({ distribution: 'darwin', name: 'darwin', libc: 'none', debianLike: false });
  });
});
