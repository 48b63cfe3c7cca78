import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepLog } from './test-logs.ts';
import type { TestMachine } from './test-network.ts';

export const repositoryRoot = resolve(import.meta.dirname, '../..');
/** Node 24 as the project pins it, or the one that runs the test. */
const node = process.execPath;

const endings: (() => void)[] = [];
process.once('exit', () => endings.forEach((end) => end()));

/** Is done when the test process ends, however it ends. */
export function atExit(end: () => void): void {
  endings.push(end);
}

/** A directory that is removed when the test process ends. */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `haven-e2e-${name}-`));
  atExit(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Waits until `read` gives something; polls, since most conditions here are in other processes. */
export async function until<T>(
  what: string,
  withinMs: number,
  read: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await sleep(50);
  }
}

const running = new Set<ChildProcess>();
// A test run that crashes must not leave servers and encoders behind.
atExit(() => running.forEach((child) => child.kill('SIGTERM')));

/** One of Haven's programs as a child process whose output is collected. */
export class Program {
  readonly process: ChildProcess;
  output = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  /** @param machine where it runs, when not on this one */
  constructor(
    entry: string,
    args: readonly string[],
    environment: Record<string, string>,
    machine?: Pick<TestMachine, 'enter'>,
  ) {
    const inherited = Object.fromEntries(
      ['PATH', 'HOME', 'MEDIASOUP_WORKER_BIN', 'FFMPEG_PATH', 'TMPDIR'].flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    );
    const [command = node, ...rest] = [...(machine?.enter ?? []), node, join(repositoryRoot, entry), ...args];
    this.process = spawn(command, rest, {
      cwd: repositoryRoot,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      this.output += chunk.toString();
      keepLog(entry, this.process.pid, chunk.toString());
    };
    this.process.stdout?.on('data', collect);
    this.process.stderr?.on('data', collect);
    running.add(this.process);
    this.ended = new Promise((done) => {
      this.process.once('exit', (code, signal) => {
        running.delete(this.process);
        done({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.process.kill('SIGTERM');
    const killer = setTimeout(() => this.process.kill('SIGKILL'), 12_000);
    await this.ended;
    clearTimeout(killer);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
