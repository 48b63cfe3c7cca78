import { fork, type ChildProcess } from 'node:child_process';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Backoff } from './backoff.ts';

export type ChildDefinition = {
  /** For logs and metrics, such as `cv-worker`; no patient's id. */
  name: string;
  /** Absolute path of its TypeScript entry file. */
  entry: string;
  arguments: readonly string[];
  /** Options of Node itself, besides the server's own. */
  nodeOptions?: readonly string[];
  /** Its whole environment: a child is given what it needs and no other secret. */
  environment: Record<string, string>;
};

type Running = {
  definition: ChildDefinition;
  backoff: Backoff;
  process: ChildProcess | null;
  timer: NodeJS.Timeout | null;
};

/** A child is killed when it has not stopped by itself after this long, ms. */
const STOP_WITHIN_MS = 4_000;

/**
 * Keeps the server's child processes running: one that dies is started again with backoff. A child has an IPC
 * channel, by whose end it knows that the server died.
 */
export class Supervisor {
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #output: number | 'inherit';
  readonly #children: Running[] = [];
  readonly #restarts;
  #stopping = false;

  /** @param output file descriptor for the children's standard output; the server's own when absent */
  constructor({ telemetry, clock, output }: { telemetry: Telemetry; clock: () => number; output?: number }) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#output = output ?? 'inherit';
    this.#restarts = telemetry.counter(
      'haven_child_restarts_total',
      'Child processes that died and were started again',
    );
  }

  start(definition: ChildDefinition): void {
    const child: Running = { definition, backoff: new Backoff(), process: null, timer: null };
    this.#children.push(child);
    this.#spawn(child);
  }

  /** Process ids of the running children by name. */
  pids(): { name: string; pid: number }[] {
    return this.#children.flatMap(({ definition, process }) =>
      process?.pid === undefined ? [] : [{ name: definition.name, pid: process.pid }],
    );
  }

  /** Asks all children to stop and kills those that do not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#children.map((child) => this.#stop(child)));
  }

  #spawn(child: Running): void {
    if (this.#stopping) return;
    const { name, entry, arguments: args, nodeOptions = [], environment } = child.definition;
    const startedAt = this.#clock();
    const started = fork(entry, args, {
      execArgv: [...process.execArgv, ...nodeOptions],
      env: environment,
      stdio: ['ignore', this.#output, 'inherit', 'ipc'],
    });
    child.process = started;
    started.once('error', (error) =>
      this.#telemetry.logger.error({ err: error, child: name }, 'a child process failed'),
    );
    started.once('exit', (code, signal) => {
      child.process = null;
      if (this.#stopping) return;
      const delayMs = child.backoff.next(this.#clock() - startedAt);
      this.#telemetry.logger.warn(
        { child: name, code, signal, delayMs },
        'a child process ended and is started again',
      );
      this.#restarts.add(1, { child: name });
      child.timer = setTimeout(() => this.#spawn(child), delayMs);
    });
  }

  async #stop(child: Running): Promise<void> {
    if (child.timer !== null) clearTimeout(child.timer);
    const { process: running } = child;
    if (running === null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill('SIGTERM');
    const killer = setTimeout(() => running.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(killer);
  }
}
