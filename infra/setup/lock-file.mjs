import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError, errorCode, fileSystemError } from './setup-error.mjs';

const RETRY_MS = 500;

/**
 * Runs `work` while holding a lock file, which names the process that holds it; a dead process's lock is
 * taken over. The lock saves double work only: what it guards must survive being done twice.
 *
 * @template T
 * @param {string} path
 * @param {{ limitSeconds: number, onWait: (holder: number) => void }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, { limitSeconds, onWait }, work) {
  const deadline = Date.now() + limitSeconds * 1000;
  while (!acquire(path)) {
    const holder = livingHolder(path);
    if (holder === undefined) {
      rmSync(path, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new SetupError(
        `Process ${holder} has held ${path} for ${limitSeconds} s. End it or wait, then start again.`,
      );
    }
    onWait(holder);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} path @returns {boolean} whether this process holds the lock now */
function acquire(path) {
  // Linking a finished file: nobody can see the lock without its holder's id in it.
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, String(process.pid));
  } catch (error) {
    throw fileSystemError(error, `writing ${path}`);
  }
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw fileSystemError(error, `writing ${path}`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} path @returns {number | undefined} */
function livingHolder(path) {
  let holder = 0;
  try {
    holder = Number(readFileSync(path, 'utf8'));
    if (!Number.isInteger(holder) || holder <= 0) return undefined;
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errorCode(error) === 'EPERM' ? holder : undefined;
  }
}
