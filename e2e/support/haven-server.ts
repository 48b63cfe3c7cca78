import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATIENTS, USERS } from '../../server/src/records/seed.ts';
import { freePort } from '../../server/src/testing/free-port.ts';
import { Program, temporaryDirectory, until } from './process.ts';
import { TcpPath } from './tcp-path.ts';
import { keepPrivate } from './test-logs.ts';
import type { TestMachine } from './test-network.ts';

export type User = { email: string; password: string };

/** How long a server may take to come up on a busy machine, ms. */
const UP_WITHIN_MS = 60_000;

const SEEDED_NAMES = [
  ...PATIENTS.flatMap(({ id, name }) => [id, name]),
  ...USERS.map(({ displayName }) => displayName),
];

/** A whole Haven on a free port with a data directory of its own. */
export class HavenServer {
  readonly dataDirectory: string;
  readonly #settings: Record<string, string>;
  readonly #deviceTokens = new Map<string, Promise<string>>();
  readonly #elsewhere: Elsewhere | undefined;
  program!: Program;
  url!: string;
  /** Where it is reached on its own machine. */
  ownUrl!: string;

  private constructor(settings: Record<string, string>, elsewhere: Elsewhere | undefined) {
    this.dataDirectory = temporaryDirectory('data');
    this.#settings = settings;
    this.#elsewhere = elsewhere;
  }

  /** @param machine where it runs, when not on this one; settings have to say the PORT then */
  static async start(settings: Record<string, string> = {}, machine?: TestMachine): Promise<HavenServer> {
    const elsewhere = machine === undefined ? undefined : await reach(machine, settings.PORT);
    const server = new HavenServer(
      {
        HAVEN_DEMO: '0',
        HAVEN_LOG_LEVEL: 'debug',
        HAVEN_MEDIA_WORKERS: '1',
        // Every browser and program of a test asks from one address.
        HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8',
        // The tests' walls have nobody who moves the mouse.
        HAVEN_SESSION_INACTIVITY_MINUTES: '0',
        ...settings,
      },
      elsewhere,
    );
    await server.run(String(await freePort()));
    keepPrivate(...SEEDED_NAMES, ...server.#secrets());
    return server;
  }

  /** Starts the process; after a kill on the same port, so that clients find it again. */
  async run(port: string = new URL(this.url).port): Promise<void> {
    const settings = { PORT: port, HAVEN_DATA_DIR: this.dataDirectory, ...this.#settings };
    this.program = new Program('server/src/main.ts', [], settings, this.#elsewhere?.machine);
    this.ownUrl = await until('the server to be up', UP_WITHIN_MS, () => {
      if (!this.program.running) throw new Error(`the server ended:\n${this.program.output}`);
      return /Haven is up at (\S+)/.exec(this.program.output)?.[1];
    });
    this.url = this.#elsewhere?.path.url ?? this.ownUrl;
  }

  get user(): User {
    return this.credentials('clinician@haven.local');
  }

  get administrator(): User {
    return this.credentials('administrator@haven.local');
  }

  /** Of one of the users that a new installation has. */
  credentials(email: string): User {
    const user = this.newUsers().find((candidate) => candidate.email === email);
    if (user === undefined) throw new Error(`no password of ${email}`);
    return user;
  }

  /** Those whom this server made at its first start: none where another one on the same database was earlier. */
  newUsers(): User[] {
    const path = join(this.dataDirectory, 'credentials.txt');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
    return lines.map((line) => {
      const [email = '', password = ''] = line.trim().split(/\s+/);
      return { email, password };
    });
  }

  /** With which a CV worker of one's own signs in. */
  get cvKey(): string {
    return readFileSync(join(this.dataDirectory, 'cv-key'), 'utf8').trim();
  }

  /** The keys, tokens and passwords that were made at the first start. */
  #secrets(): string[] {
    const read = (file: string) => readFileSync(join(this.dataDirectory, file), 'utf8');
    const stored = Object.values(JSON.parse(read('secrets.json')) as Record<string, string>);
    const tokens = ['cv-key', 'metrics-token', 'operations-token'].map((file) => read(file).trim());
    return [...stored, ...tokens, ...this.newUsers().map(({ password }) => password)];
  }

  /** Runs `npm run admin -- …` beside the server. */
  async admin(...args: string[]): Promise<string> {
    const program = new Program('server/src/admin.ts', args, {
      ...this.#settings,
      HAVEN_DATA_DIR: this.dataDirectory,
    });
    const { code } = await program.ended;
    if (code !== 0) throw new Error(`admin ${args.join(' ')} failed:\n${program.output}`);
    return program.output;
  }

  /** The token of the patient's one device, which is made when first asked for. */
  deviceToken(patientId: string): Promise<string> {
    const token = this.#deviceTokens.get(patientId) ?? this.#addDevice(patientId);
    this.#deviceTokens.set(patientId, token);
    return token;
  }

  async #addDevice(patientId: string): Promise<string> {
    const token = /hvd_[\w-]+/.exec(await this.admin('device', 'add', patientId))?.[0];
    if (token === undefined) throw new Error('the administrator command printed no token');
    return token;
  }

  async signIn(user: User = this.user): Promise<{ accessToken: string }> {
    const response = await fetch(`${this.url}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(user),
    });
    if (!response.ok) throw new Error(`sign-in failed: ${response.status} ${await response.text()}`);
    return (await response.json()) as { accessToken: string };
  }

  async get(path: string, accessToken: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await this.#elsewhere?.proxy.stop();
    await this.#elsewhere?.path.close();
  }
}

/** A server on another machine listens there for that machine alone; a proxy at its border carries on what comes. */
type Elsewhere = { machine: TestMachine; proxy: Program; path: TcpPath };

async function reach(machine: TestMachine, port: string): Promise<Elsewhere> {
  const addresses = [machine.address, machine.consoleAddress, '127.0.0.1'];
  const proxy = await forwardTcp(
    addresses.map((address) => `${address}:${port}`),
    machine,
  );
  return { machine, proxy, path: await TcpPath.open(`http://${machine.consoleAddress}:${port}`) };
}

/** @param addresses HOST:PORT each: where to listen, and at last where to carry connections */
export async function forwardTcp(addresses: readonly string[], machine?: TestMachine): Promise<Program> {
  const proxy = new Program('e2e/support/forward-tcp.ts', addresses, {}, machine);
  await until('the proxy to listen', UP_WITHIN_MS, () => {
    if (!proxy.running) throw new Error(`the proxy ended:\n${proxy.output}`);
    return proxy.output.includes('forwarding');
  });
  return proxy;
}
