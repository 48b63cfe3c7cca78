import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endGroup } from './process-group.mjs';
import { SetupError } from './setup-error.mjs';

/** Lines of a failed command that are shown: enough for a compiler's or npm's error, short enough to read. */
const TAIL_LINES = 30;
/** A command that ignores SIGTERM this long is killed. */
const KILL_AFTER_MS = 5_000;
/** A question to a tool (a version, whether a library is there) is answered at once or not at all. */
const PROBE_LIMIT_SECONDS = 10;

/** @type {Set<number>} pids, which are also the ids of their process groups */
const running = new Set();

/**
 * @typedef {object} CommandOptions
 * @property {number} limitSeconds the longest it may run
 * @property {number} [silenceSeconds] the longest it may run without writing a line
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] gets each line of its output and errors
 */

/** A command could not be started or ended otherwise than with exit code 0. */
export class CommandError extends SetupError {
  /**
   * @param {string} message
   * @param {{ exitCode?: number | null, tail?: string[] }} [details]
   */
  constructor(message, { exitCode, tail = [] } = {}) {
    super([message, ...tail.map((line) => `    ${line}`)].join('\n'));
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.tail = tail;
  }
}

/**
 * Runs a command in a process group of its own, so that a time limit ends its children too.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<string>} the last lines of its output and errors
 * @throws {CommandError}
 */
export async function runCommand(command, args, { limitSeconds, silenceSeconds, cwd, env, onLine }) {
  const name = command.split('/').at(-1);
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const closed = once(child, 'close');
  const { pid } = child;
  if (pid === undefined) {
    const error = await closed.catch((/** @type {Error} */ reason) => reason);
    throw new CommandError(`${name} could not be started: ${String(error)}.`);
  }
  running.add(pid);

  /** @type {string | undefined} */
  let stoppedBecause;
  /** @param {string} reason */
  const stop = (reason) => {
    stoppedBecause ??= reason;
    void endGroup(pid, KILL_AFTER_MS);
  };
  const limit = setTimeout(() => stop(`took longer than ${limitSeconds} s`), limitSeconds * 1000);
  const silence =
    silenceSeconds === undefined
      ? undefined
      : setTimeout(() => stop(`wrote nothing for ${silenceSeconds} s`), silenceSeconds * 1000);

  /** @type {string[]} */
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      silence?.refresh();
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    });
  }

  const [exitCode, signal] = await closed;
  clearTimeout(limit);
  clearTimeout(silence);
  running.delete(pid);
  if (stoppedBecause !== undefined)
    throw new CommandError(`${name} ${stoppedBecause} and was stopped.`, { tail });
  if (exitCode !== 0) {
    const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
    throw new CommandError(`${name} failed with ${how}:`, { exitCode, tail });
  }
  return tail.join('\n');
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<boolean>} whether it ran and exited with 0
 */
export async function succeeds(command, args) {
  try {
    await runCommand(command, args, { limitSeconds: PROBE_LIMIT_SECONDS });
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes the running commands along when the set-up is interrupted: the terminal does not reach their groups.
 *
 * @returns {() => void} ends this
 */
export function endCommandsWithThisProcess() {
  /** @param {number} exitCode */
  const interrupt = (exitCode) => {
    const ends = [...running].map((pid) => endGroup(pid, KILL_AFTER_MS));
    void Promise.all(ends).then(() => process.exit(exitCode));
  };
  const onInterrupt = () => interrupt(130);
  const onTerminate = () => interrupt(143);
  process.once('SIGINT', onInterrupt).once('SIGTERM', onTerminate);
  return () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
}
