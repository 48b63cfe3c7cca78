import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../server/src/testing/free-port.ts';
import { atExit, repositoryRoot, temporaryDirectory, until } from './process.ts';

const UP_WITHIN_MS = 10_000;
/** Where Debian has it, which is on no user's path. */
const PROGRAM = '/usr/sbin/nginx';
const CONFIGURATION = 'nginx.conf';

/** Whether this machine has nginx; `npm run setup -- --tests` installs it. */
export function hasNginx(): boolean {
  return spawnSync(PROGRAM, ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** nginx with the configuration that Haven comes with, on a free port of the loopback interface. */
export class Balancer {
  readonly url: string;
  readonly #directory: string;
  #process: ChildProcess | undefined;

  private constructor(url: string, directory: string) {
    this.url = url;
    this.#directory = directory;
    atExit(() => this.#signal('SIGKILL'));
  }

  /** @param nodes addresses of two servers */
  static async start(nodes: readonly [string, string]): Promise<Balancer> {
    const [directory, port] = [temporaryDirectory('nginx'), await freePort()];
    writeFileSync(join(directory, CONFIGURATION), configuration(directory, port, nodes));
    const balancer = new Balancer(`http://127.0.0.1:${port}`, directory);
    await balancer.run();
    return balancer;
  }

  /** Also after a death, at the same address. */
  async run(): Promise<void> {
    const child = spawn(PROGRAM, ['-p', this.#directory, '-c', join(this.#directory, CONFIGURATION)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A process group of its own, so that it can be killed with its workers.
      detached: true,
    });
    this.#process = child;
    child.once('exit', () => (this.#process = undefined));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    await until('nginx to answer', UP_WITHIN_MS, async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended:\n${log}`);
      return fetch(`${this.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  }

  /** With its workers, which would go on without it. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const ended = new Promise((done) => child.once('exit', done));
    this.#signal(signal);
    await ended;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#process?.pid !== undefined) process.kill(-this.#process.pid, signal);
  }
}

/** The file of infra/nginx, filled in, within what a test on one machine needs. TLS is left to tests of its own. */
function configuration(directory: string, port: number, nodes: readonly [string, string]): string {
  const [first, second] = nodes.map((url) => new URL(url).host);
  const given = readFileSync(join(repositoryRoot, 'infra/nginx/haven.conf'), 'utf8')
    .replaceAll('<node-1.example:3000>', first)
    .replaceAll('<node-2.example:3000>', second)
    .replace('listen <443> ssl', `listen 127.0.0.1:${port}`)
    .replace('<haven.example>', 'haven.test')
    .replace(/^ *ssl_.*$/gm, '')
    .replace('/var/log/nginx/haven.log', 'stderr');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  return [
    'daemon off;',
    'worker_processes 1;',
    `pid ${join(directory, 'pid')};`,
    'error_log stderr crit;',
    'events {}',
    `http {\n${temporary.join('\n')}\n${given}\n}`,
  ].join('\n');
}
