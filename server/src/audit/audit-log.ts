import type { Config } from '../config/config.ts';
import type { AuditEntry } from '../records/records.ts';
import type { StoreCalls } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { AuditChain } from './audit-chain.ts';
import type { AuditBatch } from './chain-state.ts';
import { DailyDuties } from './daily-duties.ts';
import { DirectAudit } from './direct-audit.ts';
import { readNodeId } from './node-identity.ts';
import { recoverChain } from './recover-chain.ts';
import { RefusalLimiter } from './refusal-limiter.ts';
import { readAuditKeys } from './signing-key.ts';
import { readWitness } from './witness.ts';

export type AuditLogOptions = {
  client: StoreClient;
  calls: StoreCalls;
  config: Pick<Config, 'dataDirectory' | 'nodeId' | 'auditKeyFile' | 'auditRetentionDays'>;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
  /** What an earlier process left in the journal, in order. */
  pending: readonly AuditBatch[];
  /** Resolves when the batch is on disk as a whole; rejects when nothing of it is. */
  keep: (batch: AuditBatch) => Promise<void>;
  /** Whether everything that was kept is in the store. */
  isStored: () => boolean;
};

/** The server's audit trail: bounds refusals, chains lines, closes days. */
export class AuditLog {
  readonly #chain: AuditChain;
  readonly #limiter: RefusalLimiter;
  readonly #duties: DailyDuties;

  private constructor(chain: AuditChain, options: AuditLogOptions) {
    const { client, config, clock } = options;
    this.#chain = chain;
    this.#limiter = new RefusalLimiter((entry) => chain.add(entry), clock);
    this.#duties = new DailyDuties({
      ...options,
      chain,
      limiter: this.#limiter,
      commands: new DirectAudit({ client, config, clock }),
    });
  }

  /** Takes the chain up where an earlier process left it. @throws HavenError STORAGE_UNAVAILABLE, AuditKeyError */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const { client, calls, config, telemetry, clock, pending, keep } = options;
    const node = await readNodeId(config.dataDirectory, config.nodeId);
    const { own: key } = await readAuditKeys(config.dataDirectory, config.auditKeyFile);
    const witness = await readWitness(config.dataDirectory, node);
    const { state, gone } = await recoverChain({ client, calls, node, pending, witness });
    if (gone) {
      telemetry.logger.error(
        { witness },
        'lines of the audit trail are gone; npm run audit -- verify says which',
      );
    }
    const log = new AuditLog(new AuditChain({ node, key, state, clock, keep }), options);
    log.#duties.start();
    return log;
  }

  /** Resolves when the line is on disk. @throws HavenError STORAGE_FULL, STORAGE_UNAVAILABLE, SHUTTING_DOWN */
  add(entry: AuditEntry): Promise<void> {
    return this.#limiter.add(entry);
  }

  /**
   * Writes what was only counted, and waits for what is under way; to be called while lines can still be kept.
   * @throws HavenError as {@link add}
   */
  async close(): Promise<void> {
    await this.#duties.stop();
    await this.#limiter.flush(true);
    // Lines are written in order: when this is done, so is what was asked for before.
    await this.#chain.closeEndedDay();
  }

  /** Remembers how far it came; to be called after the last line is stored. */
  closed(): Promise<void> {
    return this.#duties.remember();
  }
}
