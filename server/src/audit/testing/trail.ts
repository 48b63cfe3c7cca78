import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Config } from '../../config/config.ts';
import { currentOwner } from '../../records/data-directory-lock.ts';
import { readSecrets } from '../../records/embedded/secrets.ts';
import { openRecords } from '../../records/open-records.ts';
import type { AuditEntry, Records } from '../../records/records.ts';
import { StoreCalls } from '../../records/store-calls.ts';
import { openStore, type Store } from '../../records/store.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { temporaryDirectory } from '../../records/testing/temporary-directory.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';
import { parsePublicKeys } from '../signing-key.ts';
import { verifyTrail, type AuditVerification } from '../verify-trail.ts';
import { readWitnesses } from '../witness.ts';

type Directory = Awaited<ReturnType<typeof temporaryDirectory>>;

const FLUSH_WITHIN_MS = 10_000;

/** A real store and the records on it, with a clock that a test sets and a superuser who may do anything. */
export class TestTrail {
  readonly store: Store;
  readonly config: Config;
  now = Date.parse('2026-11-20T12:00:00Z');
  readonly #superuser: pg.Client;
  readonly #remove: () => Promise<void>;
  #records: Records | undefined;

  private constructor(store: Store, config: Config, superuser: pg.Client, remove: () => Promise<void>) {
    this.store = store;
    this.config = config;
    this.#superuser = superuser;
    this.#remove = remove;
  }

  static directory(): Promise<Directory> {
    return temporaryDirectory();
  }

  static async create(): Promise<TestTrail> {
    return TestTrail.open(await temporaryDirectory());
  }

  static async open({ path, remove }: Directory): Promise<TestTrail> {
    const config = testConfig(path, { HAVEN_NODE_ID: 'node-test' });
    const store = await openStore(config);
    const port = (await currentOwner(path))?.postgresPort ?? 0;
    const { postgres: password } = await readSecrets(path);
    const superuser = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password,
      database: 'postgres',
    });
    await superuser.connect();
    // As somebody would who wants to leave no trace: triggers do not fire.
    await superuser.query("set session_replication_role = 'replica'");
    return new TestTrail(store, config, superuser, remove);
  }

  /** Writes as a server that ran for a while, and was stopped properly. */
  async run(work: (records: Records) => Promise<unknown>): Promise<void> {
    const records = await openRecords({
      store: this.store,
      config: this.config,
      telemetry: new QuietTelemetry(),
      clock: () => this.now,
    });
    this.#records = records;
    await work(records);
    await records.close(FLUSH_WITHIN_MS);
    this.#records = undefined;
  }

  /** A day with this many lines, of a server that ran on that day. */
  async writeDay(day: string, lines: number): Promise<void> {
    this.now = Date.parse(`${day}T12:00:00Z`);
    await this.run(async (records) => {
      for (let number = 1; number <= lines; number++) await records.audit(this.entry(`patient:P-${number}`));
    });
  }

  entry(subject: string, change: Partial<AuditEntry> = {}): AuditEntry {
    const actor = 'user:0f0b8c3a-6c0d-4b5e-9f0e-0a0b0c0d0e0f';
    return {
      actor,
      action: 'vitals:read',
      subject,
      result: 'done',
      address: '127.0.0.1',
      at: this.now,
      ...change,
    };
  }

  sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<pg.QueryResult<Row>> {
    return this.#superuser.query<Row>(text, values);
  }

  async verify(from: string, to: string): Promise<AuditVerification> {
    const keys = await readFile(join(this.config.dataDirectory, 'audit-public-keys.pem'), 'utf8');
    return verifyTrail({
      client: this.store.service,
      calls: new StoreCalls(),
      from,
      to,
      publicKeys: parsePublicKeys(keys, 'keys'),
      witnesses: await readWitnesses(this.config.dataDirectory),
      retentionDays: this.config.auditRetentionDays,
      clock: () => this.now,
    });
  }

  async close(): Promise<void> {
    await this.#records?.close(0);
    await this.#superuser.end();
    await this.store.close();
    await this.#remove();
  }
}
