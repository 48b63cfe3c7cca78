import { existsSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from './executables.mjs';
import { runCommand } from './run-command.mjs';

/** About 5 minutes of one core; ten times that is a machine that swaps. */
const BUILD_LIMIT_SECONDS = 3_600;
/** The largest file takes 20 s. */
const SILENCE_LIMIT_SECONDS = 600;
const CONFIGURE_LIMIT_SECONDS = 120;
const QUESTION_LIMIT_SECONDS = 10;
/** What one compiler process needs at most. */
const BYTES_PER_JOB = 1024 ** 3;

const WHY = 'builds mediasoup-worker';
const TOOLS = [
  { command: 'g++', packages: ['g++'] },
  { command: 'cmake', packages: ['cmake'] },
  { command: 'ninja', packages: ['ninja-build'] },
  { command: 'pkg-config', packages: ['pkg-config'] },
  { command: 'flatc', packages: ['flatbuffers-compiler'] },
];
const LIBRARIES = [
  { module: 'libuv', header: 'uv.h', packages: ['libuv1-dev'] },
  { module: 'openssl', header: 'openssl/ssl.h', packages: ['libssl-dev'] },
  { module: 'libsrtp2', header: 'srtp2/srtp.h', packages: ['libsrtp2-dev'] },
  { module: 'absl_strings', header: 'absl/strings/match.h', packages: ['libabsl-dev'] },
  { module: 'flatbuffers', header: 'flatbuffers/flatbuffers.h', packages: ['libflatbuffers-dev'] },
];

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import('./missing.mjs').Missing[]>} what the build needs and this machine lacks
 */
export async function checkBuildTools(environment) {
  const tools = TOOLS.filter(({ command }) => findOnPath([command], environment) === undefined);
  const found = await Promise.all(LIBRARIES.map((library) => hasLibrary(library, environment)));
  return [
    ...tools.map(({ command, packages }) => ({ what: command, why: WHY, packages })),
    ...LIBRARIES.filter((_, index) => !found[index]).map(({ module, packages }) => ({
      what: `the library ${module}`,
      why: WHY,
      packages,
    })),
  ];
}

/**
 * Debian's libflatbuffers2 has flatbuffers' pkg-config file without its headers, so that both are looked for.
 *
 * @param {{ module: string, header: string }} library
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<boolean>} false too where there is no pkg-config: asking for what is there does no harm
 */
async function hasLibrary({ module, header }, environment) {
  const pkgConfig = findOnPath(['pkg-config'], environment);
  if (pkgConfig === undefined) return false;
  try {
    const directory = await runCommand(pkgConfig, ['--variable=includedir', module], {
      env: environment,
      limitSeconds: QUESTION_LIMIT_SECONDS,
    });
    return existsSync(join(directory, header));
  } catch {
    return false;
  }
}

/**
 * Builds mediasoup-worker from the sources in mediasoup's npm package.
 *
 * @param {{ root: string, directory: string, environment: NodeJS.ProcessEnv }} options
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<string>} the binary's path, inside `directory`
 */
export async function buildWorker({ root, directory, environment }, progress) {
  progress('configuring');
  await runCommand(
    'cmake',
    [
      '-G',
      'Ninja',
      '-D',
      `MEDIASOUP_WORKER_SOURCE=${join(root, 'node_modules/mediasoup/worker')}`,
      '-S',
      join(root, 'infra/mediasoup-worker'),
      '-B',
      directory,
    ],
    { env: environment, limitSeconds: CONFIGURE_LIMIT_SECONDS },
  );
  await runCommand('ninja', ['-C', directory, '-j', String(buildJobs(availableParallelism(), freemem()))], {
    env: { ...environment, NINJA_STATUS: '[%f/%t] ' },
    limitSeconds: BUILD_LIMIT_SECONDS,
    silenceSeconds: SILENCE_LIMIT_SECONDS,
    onLine: (line) => {
      const match = /^\[(\d+)\/(\d+)\]/.exec(line);
      if (match !== null) progress(`compiled ${match[1]} of ${match[2]}`);
    },
  });
  return join(directory, 'mediasoup-worker');
}

/** @param {number} cores @param {number} freeBytes @returns {number} compilers that run at once */
export function buildJobs(cores, freeBytes) {
  return Math.max(1, Math.min(cores, Math.floor(freeBytes / BYTES_PER_JOB)));
}
