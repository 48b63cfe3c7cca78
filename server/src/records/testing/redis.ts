import { spawn, spawnSync } from 'node:child_process';
import { freePort } from '../../testing/free-port.ts';

export type RedisServer = { url: string; kill: () => Promise<void> };

/** Whether this machine has a Redis; `npm run setup -- --tests` installs it. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** A Redis of its own that keeps nothing on disk, on a free port or a given one. */
export async function startRedis(port?: number): Promise<RedisServer & { port: number }> {
  const chosen = port ?? (await freePort());
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('redis-server ended')));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
