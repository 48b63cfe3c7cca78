import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Node as the project pins it: it runs TypeScript, which the machine's own may not. */
const node = process.execPath;

export type Child = {
  process: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** Exit code or signal. */
  ended: Promise<number | string>;
};

/** Runs a script of this repository's server in a process of its own. */
export function runScript(
  script: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Child {
  const path = join(import.meta.dirname, '../..', script);
  const child = spawn(node, [path, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { process: child, stdout: () => stdout, stderr: () => stderr, ended };
}
