import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { messageOf } from './setup-error.mjs';

const RELEASES = 'https://github.com/versatica/mediasoup/releases/download';
/** Firewalls drop silently: without an answer by then there will be none. */
const ANSWER_LIMIT_MS = 15_000;
/** The archive has about 10 MB. */
const DOWNLOAD_LIMIT_MS = 120_000;
const MAXIMUM_BYTES = 100 * 1024 * 1024;

/**
 * mediasoup's name for the prebuilt worker of a platform (npm-scripts.mjs in its package).
 *
 * @param {string} version mediasoup's
 * @param {{ os: string, arch: string }} platform
 * @param {string} kernel such as 6.1.0-18-amd64
 */
export function prebuiltName(version, { os, arch }, kernel) {
  const suffix = os === 'linux' ? `-kernel${Number(kernel.split('.')[0])}` : '';
  return `mediasoup-worker-${version}-${os}-${arch}${suffix}.tgz`;
}

/**
 * Downloads mediasoup's own prebuilt worker into a directory.
 *
 * @param {object} options
 * @param {string} options.version mediasoup's
 * @param {string} options.directory
 * @param {NodeJS.ProcessEnv} options.environment may set mediasoup's own MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL
 * @param {{ os: string, arch: string }} options.platform
 * @param {number} [options.answerLimitMs]
 * @returns {Promise<string | undefined>} why there is none; undefined when it is there
 */
export async function downloadWorker({
  version,
  directory,
  environment,
  platform,
  answerLimitMs = ANSWER_LIMIT_MS,
}) {
  const base = environment.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || RELEASES;
  const abort = new AbortController();
  let limit = setTimeout(() => abort.abort(), answerLimitMs);
  try {
    const response = await fetch(`${base}/${version}/${prebuiltName(version, platform, release())}`, {
      signal: abort.signal,
    });
    if (!response.ok) return `the download server answered ${response.status}`;
    clearTimeout(limit);
    limit = setTimeout(() => abort.abort(), DOWNLOAD_LIMIT_MS);
    const archive = join(directory, 'mediasoup-worker.tgz');
    writeFileSync(archive, await readBounded(response));
    await runCommand('tar', ['-xzf', archive, '-C', directory], { limitSeconds: 30 });
    return undefined;
  } catch (error) {
    if (abort.signal.aborted) return 'the download server did not answer in time';
    // fetch wraps what happened: "fetch failed" alone helps nobody.
    const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
    return messageOf(cause ?? error);
  } finally {
    clearTimeout(limit);
  }
}

/** @param {Response} response @returns {Promise<Buffer>} */
async function readBounded(response) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_BYTES) throw new Error(`the archive has more than ${MAXIMUM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
