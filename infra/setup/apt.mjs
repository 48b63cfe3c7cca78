import { CommandError, runCommand } from './run-command.mjs';
import { SetupError, messageOf } from './setup-error.mjs';

/** Unattended upgrades hold apt's locks for minutes after a machine's first boot. */
const LOCK_LIMIT_SECONDS = 180;
const LOCK_RETRY_MS = 3_000;
/** A firewall that drops silently must not hold the set-up: per connection, and for the whole command. */
const CONNECTION_LIMIT_SECONDS = 20;
const UPDATE_LIMIT_SECONDS = 180;
/** Chromium and a compiler are some 300 MB: slow ward networks take minutes. */
const INSTALL_LIMIT_SECONDS = 1_200;

const OPTIONS = [
  '-o',
  `DPkg::Lock::Timeout=${LOCK_LIMIT_SECONDS}`,
  '-o',
  `Acquire::http::Timeout=${CONNECTION_LIMIT_SECONDS}`,
  '-o',
  `Acquire::https::Timeout=${CONNECTION_LIMIT_SECONDS}`,
  '-o',
  'Acquire::Retries=2',
];

/**
 * Installs Debian or Ubuntu packages; needs root.
 *
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} environment
 * @param {import('./steps.mjs').Progress} progress
 */
export async function installPackages(packages, environment, progress) {
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  progress('reading the package lists');
  /** @type {unknown} */
  let updateFailure;
  try {
    await aptGet([...OPTIONS, 'update'], { env, limitSeconds: UPDATE_LIMIT_SECONDS }, progress);
  } catch (error) {
    // Lists that are there already may do: an unreachable third-party source fails the whole update.
    updateFailure = error;
  }
  try {
    await aptGet(
      [...OPTIONS, 'install', '-y', '--no-install-recommends', ...packages],
      { env, limitSeconds: INSTALL_LIMIT_SECONDS, onLine: (line) => progress(line.slice(0, 80)) },
      progress,
    );
  } catch (error) {
    const details = [error, updateFailure].filter((reason) => reason !== undefined).map(messageOf);
    throw new SetupError(
      [
        `apt-get could not install ${packages.join(' ')}.`,
        'Look at its messages below, or install these packages by hand and start again.',
        ...details,
      ].join('\n'),
      { cause: error },
    );
  }
}

/**
 * `DPkg::Lock::Timeout` covers dpkg's lock; the one on the package lists fails at once, so that we wait for it.
 *
 * @param {readonly string[]} args
 * @param {import('./run-command.mjs').CommandOptions} options
 * @param {import('./steps.mjs').Progress} progress
 */
async function aptGet(args, options, progress) {
  const deadline = Date.now() + LOCK_LIMIT_SECONDS * 1000;
  for (;;) {
    try {
      await runCommand('apt-get', args, options);
      return;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() > deadline) {
        throw new SetupError(
          `Another program (often unattended-upgrades) has held apt's lock for ${LOCK_LIMIT_SECONDS} s. Wait for it to finish, then start again.`,
          { cause: error },
        );
      }
      progress("waiting for another program that holds apt's lock");
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
}

/** @param {unknown} error @returns {boolean} whether apt-get failed because another one is at work */
export function isLocked(error) {
  return (
    error instanceof CommandError && error.tail.some((line) => /Could not get lock|Unable to lock/.test(line))
  );
}
