import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreStartError } from '../errors.ts';
import { readFileIfPresent, syncDirectory } from '../private-files.ts';
import { isRunning, waitUntilGone, workingDirectoryOf } from '../processes.ts';
import { postgresLaunch, type Launch } from './postgres-account.ts';
import { postgresBinaries } from './postgres-binaries.ts';

/** PostgreSQL's name for its administrator; it exists on the loopback interface only. */
const SUPERUSER = 'postgres';
/** A cluster that recovers after a crash replays at most a few WAL segments; a busy machine needs longer. */
const START_TIMEOUT_MS = 60_000;
/** A port found free can be taken before PostgreSQL binds it, and a killed one needs a moment to let go. */
const START_ATTEMPTS = 6;
const RETRY_DELAY_MS = 500;
/** A fast shutdown writes a checkpoint; beyond this PostgreSQL is told to stop at once and recovers when it starts. */
const FAST_STOP_MS = 5000;
const IMMEDIATE_STOP_MS = 2000;
/** Waits between restarts of a server that died: first and longest. */
const RESTART_DELAY_MS = 200;
const LONGEST_RESTART_DELAY_MS = 5000;
/** The end of PostgreSQL's log: more than one read of its pipe, so that no line is missed. */
const KEPT_OUTPUT_CHARACTERS = 128 * 1024;

/** Small, since the working set of one ward is; fsync stays on. Errors stay out of its log: they quote rows. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: '30',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

export type PostgresOptions = {
  /** Holds the cluster; made at the first start. */
  directory: string;
  password: string;
  /** Of the loopback interface; a free one when left out. */
  port?: number;
  /** The server ended by itself and will be started again. */
  onDeath?: (detail: string) => void;
  /** Its log, as it comes; `log_*` settings decide what is in it. */
  onOutput?: (text: string) => void;
};

/**
 * A PostgreSQL of its own on the loopback interface, kept running until {@link close}. It leads a process group of
 * its own, so that Ctrl-C reaches it only through the server's orderly stop.
 */
export class PostgresServer {
  readonly port: number;
  readonly url: string;
  readonly #options: PostgresOptions;
  readonly #launch: Launch;
  #process: ChildProcess;
  #closing: Promise<void> | undefined;
  #restarting: Promise<void> | undefined;
  readonly #closed = new AbortController();

  private constructor(options: PostgresOptions, launch: Launch, port: number, process: ChildProcess) {
    this.#options = options;
    this.#launch = launch;
    this.#process = process;
    this.port = port;
    this.url = `postgres://${SUPERUSER}:${options.password}@127.0.0.1:${port}/postgres`;
    this.#watch();
  }

  /** @throws StoreStartError with PostgreSQL's own last words */
  static async start(options: PostgresOptions): Promise<PostgresServer> {
    const { initdb, postgres } = postgresBinaries();
    const launch = postgresLaunch(options.directory, [initdb, postgres]);
    if (!existsSync(join(options.directory, 'PG_VERSION'))) await initialise(options, launch, initdb);
    await stopOrphan(options.directory);
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await freePort());
      try {
        return new PostgresServer(options, launch, port, await run(options, launch, port));
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  /** Process id of the postmaster. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#closed.abort();
    await this.#restarting;
    await stopProcess(this.#process);
  }

  #watch(): void {
    this.#process.once('exit', (code, signal) => {
      if (this.#closed.signal.aborted) return;
      this.#options.onDeath?.(signal ?? `exit code ${String(code)}`);
      this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    const { signal } = this.#closed;
    let wait = RESTART_DELAY_MS;
    while (await elapsed(wait, signal)) {
      try {
        this.#process = await run(this.#options, this.#launch, this.port, signal);
        this.#watch();
        return;
      } catch {
        // The backends of a killed postmaster hold its memory until they notice: the next attempt comes by itself.
        wait = Math.min(wait * 2, LONGEST_RESTART_DELAY_MS);
      }
    }
  }
}

/** @returns whether the time passed without an abort */
async function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false);
}

/** Makes the cluster beside its final place: a crash half-way leaves nothing that looks complete. */
async function initialise(options: PostgresOptions, launch: Launch, initdb: string): Promise<void> {
  const unfinished = `${options.directory}.unfinished`;
  const passwordFile = join(tmpdir(), `haven-${randomBytes(8).toString('hex')}`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: 'wx' });
    if (launch.account !== undefined) {
      await chown(unfinished, launch.account.uid, launch.account.gid);
      await chown(passwordFile, launch.account.uid, launch.account.gid);
    }
    const child = launchProgram(launch, initdb, [
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ]);
    const output = collectOutput(child);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(output());
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw startError('PostgreSQL could not make its data directory', error);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, options.directory);
  await syncDirectory(dirname(options.directory));
}

/** Starts the server and waits until it accepts connections. */
async function run(
  { directory, onOutput }: PostgresOptions,
  launch: Launch,
  port: number,
  signal?: AbortSignal,
): Promise<ChildProcess> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { postgres } = postgresBinaries();
  const child = launchProgram(launch, postgres, ['-D', directory, '-p', String(port), ...settings]);
  const output = collectOutput(child);
  if (onOutput !== undefined) child.stderr?.on('data', onOutput);
  const giveUp = () => child.kill('SIGQUIT');
  const timer = setTimeout(giveUp, START_TIMEOUT_MS);
  signal?.addEventListener('abort', giveUp);
  let look: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => reject(new Error(output())));
      look = () => {
        if (output().includes('ready to accept connections')) resolve();
      };
      child.stderr?.on('data', look);
    });
    return child;
  } catch (error) {
    throw startError('PostgreSQL did not start', error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
    child.stderr?.off('data', look);
  }
}

function launchProgram(launch: Launch, program: string, args: readonly string[]): ChildProcess {
  const [command = program, ...rest] = [...launch.prefix, program, ...args];
  return spawn(command, rest, {
    ...launch.account,
    cwd: '/',
    detached: true,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** @returns what the program said last, up to a limit */
function collectOutput(child: ChildProcess): () => string {
  let output = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    output = (output + chunk).slice(-KEPT_OUTPUT_CHARACTERS);
  });
  return () => output;
}

/** A PostgreSQL whose Haven was killed still runs: it is stopped before its directory is used again. */
async function stopOrphan(directory: string): Promise<void> {
  const pid = Number((await readFileIfPresent(join(directory, 'postmaster.pid')))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isRunning(pid)) return;
  const workingDirectory = workingDirectoryOf(pid);
  if (workingDirectory !== null && workingDirectory !== (await realpath(directory))) return;
  await stopPid(pid);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await stopPid(child.pid);
}

/** Fast shutdown, then an immediate one, then the kernel's. */
async function stopPid(pid: number): Promise<void> {
  for (const [signal, withinMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitUntilGone(pid, withinMs)) return;
  }
}

function startError(sentence: string, cause: unknown): StoreStartError {
  const detail = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : undefined;
  return new StoreStartError(`${sentence}: ${detail ?? 'no reason given'}`, cause);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      probe.close(() => {
        if (port === undefined) reject(new Error('no free port'));
        else resolve(port);
      });
    });
  });
}
