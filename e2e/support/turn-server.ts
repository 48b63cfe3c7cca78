import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot, temporaryDirectory, until } from './process.ts';

const SECRET = 'a-secret-of-the-relay-in-tests';
const UP_WITHIN_MS = 10_000;

/** Whether this machine has coturn; `npm run setup -- --tests` installs it. */
export function hasCoturn(): boolean {
  return spawnSync('turnserver', ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Whether the loopback interface has an IPv6 address: then the relay has one too. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );
}

/** coturn with the configuration that Haven comes with, on a free port of the loopback interface. */
export class TurnServer {
  /** Haven's settings for it. */
  readonly settings: Record<string, string>;
  readonly url: string;
  readonly secret = SECRET;
  readonly #process: ChildProcess;
  #log = '';

  private constructor(port: number, process: ChildProcess) {
    this.#process = process;
    this.url = `turn:127.0.0.1:${port}?transport=udp`;
    this.settings = { HAVEN_TURN_URLS: this.url, HAVEN_TURN_SECRET: SECRET };
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
  }

  /** @param sfuAddress the only address to which it relays */
  static async start(sfuAddress = '127.0.0.1'): Promise<TurnServer> {
    const port = await freeUdpPort();
    const directory = temporaryDirectory('turn');
    const file = join(directory, 'turnserver.conf');
    writeFileSync(file, configuration(port, sfuAddress, directory), { mode: 0o600 });
    const child = spawn('turnserver', ['-c', file], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new TurnServer(port, child);
    process.once('exit', () => child.kill('SIGKILL'));
    await until('coturn to listen', UP_WITHIN_MS, () => {
      if (child.exitCode !== null) throw new Error(`coturn ended:\n${server.#log}`);
      return /(UDP|DTLS\/UDP) listener opened on/i.test(server.#log);
    });
    return server;
  }

  /** What it wrote so far. */
  get log(): string {
    return this.#log;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** The file of infra/coturn, filled in, and with what a test on one machine needs. */
function configuration(port: number, sfuAddress: string, directory: string): string {
  const given = readFileSync(join(repositoryRoot, 'infra/coturn/turnserver.conf'), 'utf8')
    .replace('listening-port=3478', `listening-port=${port}`)
    .replace('static-auth-secret=<secret>', `static-auth-secret=${SECRET}`)
    .replace('realm=<haven.example>', 'realm=haven.test')
    .replace('allowed-peer-ip=<192.0.2.10>', `allowed-peer-ip=${sfuAddress}`)
    .replace(/^syslog$/m, 'log-file=stdout');
  const here = [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    ...(hasIpv6() ? ['relay-ip=::1'] : []),
    'allow-loopback-peers',
    'verbose',
    'no-tls',
    'no-dtls',
  ];
  return [
    given,
    ...here,
    `userdb=${join(directory, 'turndb')}`,
    `pidfile=${join(directory, 'pid')}`,
    '',
  ].join('\n');
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}
