import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../server/src/records/testing/redis.ts';
import { atExit, repositoryRoot, temporaryDirectory, until } from './process.ts';

const UP_WITHIN_MS = 10_000;
/** Where Debian has it, which is on no user's path. */
const PROGRAM = '/usr/sbin/nginx';

/** Whether this machine has nginx; `npm run setup -- --tests` installs it. */
export function hasNginx(): boolean {
  return spawnSync(PROGRAM, ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** nginx with the configuration that Haven comes with, on a free port of the loopback interface. */
export class Balancer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** @param nodes addresses of two servers */
  static async start(nodes: readonly [string, string]): Promise<Balancer> {
    const [directory, port] = [temporaryDirectory('nginx'), await freePort()];
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, configuration(directory, port, nodes));
    const child = spawn(PROGRAM, ['-p', directory, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    atExit(() => child.kill('SIGTERM'));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const url = `http://127.0.0.1:${port}`;
    await until('nginx to answer', UP_WITHIN_MS, async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended:\n${log}`);
      return fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return new Balancer(url, child);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGTERM');
    await ended;
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
