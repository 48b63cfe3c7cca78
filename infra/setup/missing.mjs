/**
 * Something that has to be there and is not.
 *
 * @typedef {object} Missing
 * @property {string} what
 * @property {string} why what Haven uses it for
 * @property {readonly string[]} packages Debian's names; empty: the set-up makes it itself, without root
 * @property {string} [instead] another way to get it
 */

/**
 * @param {readonly Missing[]} missing
 * @returns {string[]} Debian packages, each once
 */
export function packagesOf(missing) {
  return [...new Set(missing.flatMap(({ packages }) => packages))];
}

/**
 * Says exactly what is missing and how to get it.
 *
 * @param {readonly Missing[]} missing
 * @param {import('./platform.mjs').Platform} platform
 * @returns {string}
 */
export function describeMissing(missing, platform) {
  const system = missing.filter(({ packages }) => packages.length > 0);
  const ours = missing.filter(({ packages }) => packages.length === 0);
  const lines = [`Missing on this machine (${platform.name}, ${platform.arch}):`];
  for (const { what, why, instead } of [...system, ...ours]) {
    lines.push(`  - ${what}: ${why}.${instead === undefined ? '' : ` ${instead}`}`);
  }
  if (system.length > 0) {
    const names = packagesOf(system).join(' ');
    lines.push(
      platform.debianLike
        ? `Install with:\n  ${platform.root ? '' : 'sudo '}apt-get update && ${platform.root ? '' : 'sudo '}apt-get install -y --no-install-recommends ${names}`
        : `Install with the system's package manager what Debian calls: ${names}`,
    );
  }
  if (ours.length > 0) lines.push('npm start, npm test and npm run setup do the rest by themselves.');
  return lines.join('\n');
}
