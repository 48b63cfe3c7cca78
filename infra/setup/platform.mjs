import { existsSync, readFileSync, readdirSync } from 'node:fs';

/**
 * @typedef {object} Platform
 * @property {NodeJS.Platform} os
 * @property {string} arch Node's word: x64, arm64
 * @property {string} distribution such as debian-12, ubuntu-24.04, or the system's name
 * @property {string} name for people
 * @property {boolean} debianLike apt-get and Debian's package names
 * @property {boolean} ubuntu
 * @property {'glibc' | 'musl' | 'none'} libc
 * @property {boolean} root
 */

/** @returns {Platform} of the machine that runs this */
export function detectPlatform() {
  const linux = process.platform === 'linux';
  return describePlatform({
    os: process.platform,
    arch: process.arch,
    osRelease: linux && existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '',
    musl: linux && readdirSync('/lib').some((file) => file.startsWith('ld-musl-')),
    userId: process.getuid?.(),
  });
}

/**
 * @param {{ os: NodeJS.Platform, arch: string, osRelease: string, musl: boolean, userId: number | undefined }} facts
 *   `osRelease` is the text of /etc/os-release (os-release(5)), empty where there is none
 * @returns {Platform}
 */
export function describePlatform({ os, arch, osRelease, musl, userId }) {
  const release = parseOsRelease(osRelease);
  const id = release.get('ID') ?? os;
  const version = release.get('VERSION_ID');
  const family = [id, ...(release.get('ID_LIKE') ?? '').split(' ')];
  return {
    os,
    arch,
    distribution: version === undefined ? id : `${id}-${version}`,
    name: release.get('PRETTY_NAME') ?? os,
    debianLike: family.includes('debian') || family.includes('ubuntu'),
    ubuntu: family.includes('ubuntu'),
    libc: os !== 'linux' ? 'none' : musl ? 'musl' : 'glibc',
    root: userId === 0,
  };
}

/**
 * @param {string} text
 * @returns {Map<string, string>}
 */
function parseOsRelease(text) {
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const line of text.split('\n')) {
    const match = /^([A-Z0-9_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line.trim());
    if (match !== null) values.set(match[1], match[2] ?? match[3] ?? match[4]);
  }
  return values;
}
