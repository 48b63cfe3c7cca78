import { HavenError, type AuditQuery } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import type { Config } from '../config/config.ts';
import { StoreCalls } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';
import { readAuditPage, type AuditPage } from './audit-page.ts';
import type { ChainReading } from './chain-reads.ts';
import { exportDay } from './export-day.ts';
import { readAuditKeys } from './signing-key.ts';
import { verifyTrail, type AuditVerification } from './verify-trail.ts';
import { readWitnesses } from './witness.ts';

const BUSY_RETRY_MS = 5000;

export type AuditReaderOptions = {
  store: Pick<Store, 'service' | 'forUser'>;
  config: Pick<Config, 'dataDirectory' | 'auditKeyFile' | 'auditRetentionDays'>;
  /** ms since the epoch */
  clock: () => number;
};

/** The audit trail as auditors read it: under their own rights, so that row-level security decides. */
export class AuditReader {
  readonly #options: AuditReaderOptions;
  readonly #calls = new StoreCalls();
  #verifying = false;

  constructor(options: AuditReaderOptions) {
    this.#options = options;
  }

  /** @throws HavenError INVALID_REQUEST, STORAGE_UNAVAILABLE */
  page(user: UserPrincipal, query: AuditQuery): Promise<AuditPage> {
    return readAuditPage(this.#readingFor(user), this.#options.store.service, query);
  }

  /**
   * Days in UTC, both included. One at a time, since it reads every line.
   * @throws HavenError RATE_LIMITED while another one runs, STORAGE_UNAVAILABLE
   */
  async verify(user: UserPrincipal, from: string, to: string): Promise<AuditVerification> {
    if (this.#verifying) {
      throw new HavenError('RATE_LIMITED', 'The audit trail is being verified already.', {
        retryAfterMs: BUSY_RETRY_MS,
      });
    }
    this.#verifying = true;
    try {
      const { config, clock } = this.#options;
      const { trusted } = await readAuditKeys(config.dataDirectory, config.auditKeyFile);
      return await verifyTrail({
        ...this.#readingFor(user),
        from,
        to,
        publicKeys: trusted,
        witnesses: await readWitnesses(config.dataDirectory),
        retentionDays: config.auditRetentionDays,
        clock,
      });
    } finally {
      this.#verifying = false;
    }
  }

  /** JSON lines. @throws HavenError STORAGE_UNAVAILABLE */
  export(user: UserPrincipal, day: string): AsyncGenerator<string> {
    return exportDay(this.#readingFor(user), day);
  }

  #readingFor({ accessToken }: UserPrincipal): ChainReading {
    return { client: this.#options.store.forUser(accessToken), calls: this.#calls };
  }
}
