import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { SetupError, messageOf } from './setup-error.mjs';

/** The oldest Node that runs TypeScript files without a flag and that all packages support in its LTS line. */
export const REQUIRED_NODE_MAJOR = 24;

/**
 * Haven's Node is an npm package pinned in the lockfile; where there is none for the platform, the Node that
 * runs this script serves if it is new enough.
 *
 * @param {import('./context.mjs').Context} context
 */
export async function ensureNode({ root, platform }) {
  const pinned = pinnedNode(root, platform);
  if (existsSync(pinned)) {
    const version = await nodeVersion(pinned);
    return { value: pinned, note: `${version}, pinned` };
  }
  if (majorOf(process.version) >= REQUIRED_NODE_MAJOR) {
    return { value: process.execPath, note: `${process.version}, this machine's` };
  }
  throw new SetupError(unsupported(platform));
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {import('./missing.mjs').Missing[]}
 */
export function checkNode({ root, platform }) {
  const comesWithPackages = platform.os === 'linux' && ['x64', 'arm64'].includes(platform.arch);
  if (existsSync(pinnedNode(root, platform)) || comesWithPackages) return [];
  if (majorOf(process.version) >= REQUIRED_NODE_MAJOR) return [];
  return [
    {
      what: `Node ${REQUIRED_NODE_MAJOR}`,
      why: `this is Node ${process.version}, and no pinned one exists for ${platform.os} on ${platform.arch}`,
      packages: [],
      instead: 'Install it from https://nodejs.org.',
    },
  ];
}

/** @param {string} version such as v24.1.0 */
function majorOf(version) {
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
}

/** @param {string} root @param {import('./platform.mjs').Platform} platform */
function pinnedNode(root, { os, arch }) {
  return join(root, `node_modules/node-${os}-${arch}/bin/node`);
}

/** @param {string} path @returns {Promise<string>} */
async function nodeVersion(path) {
  try {
    return await runCommand(path, ['--version'], { limitSeconds: 10 });
  } catch (error) {
    throw new SetupError(
      `The pinned Node in ${path} does not run on this machine (it needs glibc 2.28 or newer): ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** @param {import('./platform.mjs').Platform} platform */
function unsupported({ os, arch }) {
  return `Haven needs Node ${REQUIRED_NODE_MAJOR} or newer, and there is no pinned one for ${os} on ${arch}: install it from https://nodejs.org and start again (this is ${process.version}).`;
}
