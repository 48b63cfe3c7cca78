import { delimiter, dirname, join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { checkPostgres, ensurePostgres } from './embedded-postgres.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { checkK6, ensureK6 } from './k6.mjs';
import { withLock } from './lock-file.mjs';
import { checkWorker, ensureWorker } from './mediasoup-worker.mjs';
import { checkNode, ensureNode } from './node-runtime.mjs';
import { checkPackages, ensurePackages } from './npm-packages.mjs';
import { createSteps } from './steps.mjs';
import { checkSystem, ensureSystem } from './system-packages.mjs';
import { checkWeb, ensureWeb } from './web-build.mjs';

/** A second `npm start` in the same checkout waits for the first one's set-up, worker build included. */
const LOCK_LIMIT_SECONDS = 3_600;

/**
 * What the set-up found or made.
 *
 * @typedef {object} Toolchain
 * @property {string} node
 * @property {NodeJS.ProcessEnv} environment for everything that runs Haven
 */

/**
 * Makes everything that Haven needs to run. What is there already is only looked at.
 *
 * @param {import('./context.mjs').Context} context
 * @param {NodeJS.WriteStream} output
 * @returns {Promise<Toolchain>}
 * @throws {import('./setup-error.mjs').SetupError}
 */
export async function install(context, output) {
  const lock = join(context.root, '.haven/setup.lock');
  let waiting = false;
  const options = {
    limitSeconds: LOCK_LIMIT_SECONDS,
    onWait: (/** @type {number} */ holder) => {
      if (!waiting) output.write(`Waiting for the set-up that process ${holder} runs in this checkout.\n`);
      waiting = true;
    },
  };
  return withLock(lock, options, () => runSteps(context, output));
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {NodeJS.WriteStream} output
 * @returns {Promise<Toolchain>}
 */
async function runSteps(context, output) {
  const steps = createSteps(output);
  await steps.run('system packages', (progress) => ensureSystem(context, progress));
  await steps.run('npm packages', (progress) => ensurePackages(context, progress));
  const node = await steps.run('Node', () => ensureNode(context));
  const worker = await steps.run('mediasoup worker', (progress) => ensureWorker(context, progress));
  const ffmpeg = await steps.run('ffmpeg', (progress) => ensureFfmpeg(context, progress));
  await steps.run('PostgreSQL', () => ensurePostgres(context));
  await steps.run('web pages', (progress) => ensureWeb(context, node, progress));
  const chromium = context.forTests ? await steps.run('Chromium', () => ensureChromium(context)) : undefined;
  const k6 = context.forTests ? await steps.run('k6', (progress) => ensureK6(context, progress)) : undefined;

  const { environment, root } = context;
  const path = [dirname(node), join(root, 'node_modules/.bin'), environment.PATH ?? ''].join(delimiter);
  return {
    node,
    environment: {
      ...environment,
      PATH: path,
      MEDIASOUP_WORKER_BIN: worker,
      FFMPEG_PATH: ffmpeg,
      ...(chromium === undefined ? {} : { CHROMIUM_PATH: chromium }),
      ...(k6 === undefined ? {} : { K6_PATH: k6 }),
    },
  };
}

/**
 * Looks for everything that the set-up would make, and changes nothing.
 *
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<import('./missing.mjs').Missing[]>}
 */
export async function check(context) {
  return [
    ...checkSystem(context),
    ...checkPackages(context),
    ...checkNode(context),
    ...(await checkWorker(context)),
    ...checkPostgres(context),
    ...checkWeb(context),
    ...(context.forTests ? checkK6(context) : []),
  ];
}
