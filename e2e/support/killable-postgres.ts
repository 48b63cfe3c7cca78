import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer } from '../../server/src/records/embedded/postgres-server.ts';
import { descendants } from './process-tree.ts';
import { temporaryDirectory } from './process.ts';

/** A PostgreSQL beside the server under test, which dies when it is told to and comes back no earlier. */
export class KillablePostgres {
  readonly url: string;
  readonly #directory: string;
  readonly #password: string;
  readonly #port: number;
  #server: PostgresServer;

  private constructor(directory: string, password: string, server: PostgresServer) {
    this.#directory = directory;
    this.#password = password;
    this.#server = server;
    this.#port = server.port;
    this.url = server.url;
  }

  static async start(): Promise<KillablePostgres> {
    const directory = join(temporaryDirectory('postgres'), 'pg17');
    const password = randomBytes(16).toString('hex');
    return new KillablePostgres(directory, password, await PostgresServer.start({ directory, password }));
  }

  /** Kills the postmaster and all that it started, in the middle of whatever they do. */
  async kill(): Promise<void> {
    const { pid } = this.#server;
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    for (const victim of [pid, ...descendants(pid).map((child) => child.pid)]) {
      try {
        process.kill(victim, 'SIGKILL');
      } catch {
        // It ended with the one before.
      }
    }
    // It would be started again at once.
    await this.#server.close();
  }

  /** Recovers from what the kill left, at the same address. */
  async restart(): Promise<void> {
    this.#server = await PostgresServer.start({
      directory: this.#directory,
      password: this.#password,
      port: this.#port,
    });
  }

  async rows<T extends pg.QueryResultRow>(query: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<T>(query, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }
}
