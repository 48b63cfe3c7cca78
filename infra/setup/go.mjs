import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './apt.mjs';
import { findOnPath } from './executables.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** What k6's go.mod asks for; a toolchain of this version comes from the module proxy where the system's Go is older. */
export const GO_VERSION = '1.25.0';
const DEBIAN_PACKAGE = 'golang-go';
const QUESTION_LIMIT_SECONDS = 10;
/** 60 MB. */
const DOWNLOAD_LIMIT_SECONDS = 300;

/** @type {Record<string, string>} Go's word for Node's */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/**
 * @param {string} text what `go version` says
 * @returns {readonly number[] | undefined} such as [1, 26, 8]
 */
export function parseGoVersion(text) {
  const match = /\bgo(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match === null ? undefined : [match[1], match[2], match[3] ?? '0'].map(Number);
}

/**
 * @param {string} text what `go version` says
 * @param {string} wanted such as 1.25.0
 */
export function isNewEnough(text, wanted) {
  const found = parseGoVersion(text);
  if (found === undefined) return false;
  const needed = wanted.split('.').map(Number);
  for (const [index, number] of needed.entries()) {
    if (found[index] !== number) return found[index] > number;
  }
  return true;
}

/**
 * Finds a Go that is new enough, or has an older one bring it.
 *
 * @param {import('./context.mjs').Context} context
 * @param {string} scratch a folder for what is downloaded
 * @param {import('./steps.mjs').Progress} progress
 * @returns {Promise<string>} the executable
 * @throws {SetupError} when there is none
 */
export async function ensureGo({ environment, platform }, scratch, progress) {
  let go = findOnPath(['go'], environment);
  if (go === undefined && platform.debianLike && platform.root) {
    await installPackages([DEBIAN_PACKAGE], environment, progress);
    go = findOnPath(['go'], environment);
  }
  if (go === undefined) {
    throw new SetupError(`There is no Go to build it with: install Go (Debian's package ${DEBIAN_PACKAGE}).`);
  }
  // As it is installed: a Go that may fetch newer ones would tell their version.
  const env = { ...environment, GOTOOLCHAIN: 'local' };
  const version = await runCommand(go, ['version'], { env, limitSeconds: QUESTION_LIMIT_SECONDS });
  if (isNewEnough(version, GO_VERSION)) return go;
  return downloadToolchain(go, scratch, { environment: env, platform }, progress);
}

/**
 * Go publishes its toolchains as modules, so that what serves modules serves them too.
 *
 * @param {string} go any older one
 * @param {string} scratch
 * @param {Pick<import('./context.mjs').Context, 'environment' | 'platform'>} context
 * @param {import('./steps.mjs').Progress} progress
 */
async function downloadToolchain(go, scratch, { environment, platform }, progress) {
  const architecture = ARCHITECTURES[platform.arch];
  if (architecture === undefined) throw new SetupError(`There is no Go toolchain for ${platform.arch}.`);
  progress(`downloading Go ${GO_VERSION}`);
  const name = `golang.org/toolchain@v0.0.1-go${GO_VERSION}.${platform.os}-${architecture}`;
  const modules = join(scratch, 'toolchain');
  await runCommand(go, ['mod', 'download', name], {
    cwd: scratch,
    env: {
      ...environment,
      GOMODCACHE: modules,
      // Otherwise the folder could not be removed.
      GOFLAGS: `${environment.GOFLAGS ?? ''} -modcacherw`.trim(),
    },
    limitSeconds: DOWNLOAD_LIMIT_SECONDS,
  });
  const directory = join(modules, name);
  const binary = join(directory, 'bin/go');
  if (!existsSync(binary)) throw new SetupError(`The download of Go ${GO_VERSION} holds no bin/go.`);
  // A module's files are not executable.
  const tools = join(directory, 'pkg/tool', `${platform.os}_${architecture}`);
  for (const path of [join(directory, 'bin'), tools].flatMap(filesIn)) chmodSync(path, 0o755);
  return binary;
}

/** @param {string} directory */
function filesIn(directory) {
  return existsSync(directory) ? readdirSync(directory).map((file) => join(directory, file)) : [];
}
