import type { Config } from '../config/config.ts';
import type { AuditEntry } from '../records/records.ts';
import { dataOf, StoreCalls } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';
import { extendChain, type AuditBatch } from './chain-state.ts';
import { commandNodeOf, readNodeId } from './node-identity.ts';
import { recoverChain } from './recover-chain.ts';
import { checkpointRow } from './rows.ts';
import { readAuditKeys } from './signing-key.ts';
import { readWitness, writeWitness } from './witness.ts';

/** Each attempt fails only because another command took the place meanwhile. */
const MAX_ATTEMPTS = 20;
const UNIQUE_VIOLATION = '23505';

export type DirectAuditOptions = {
  client: StoreClient;
  config: Pick<Config, 'dataDirectory' | 'nodeId' | 'auditKeyFile'>;
  /** ms since the epoch */
  clock: () => number;
};

/**
 * The audit trail of commands and of seeding, which have no journal: lines go straight into the store, to a chain
 * that all commands of an installation share. Whose place was taken meanwhile tries the next one.
 */
export class DirectAudit {
  readonly #options: DirectAuditOptions;
  readonly #calls = new StoreCalls();

  constructor(options: DirectAuditOptions) {
    this.#options = options;
  }

  /** Resolves when the line is in the store. @throws StoreRefusedError, StoreUnreachableError */
  keep(entry: AuditEntry): Promise<void> {
    return this.#extend([entry]);
  }

  /** Writes the checkpoint of a day that has ended. @throws StoreRefusedError, StoreUnreachableError */
  closeEndedDay(): Promise<void> {
    return this.#extend([]);
  }

  async #extend(entries: readonly AuditEntry[]): Promise<void> {
    const { client, config, clock } = this.#options;
    const node = commandNodeOf(await readNodeId(config.dataDirectory, config.nodeId));
    const { own: key } = await readAuditKeys(config.dataDirectory, config.auditKeyFile);
    for (let attempt = 1; ; attempt++) {
      const witness = await readWitness(config.dataDirectory, node);
      const { state } = await recoverChain({ client, calls: this.#calls, node, pending: [], witness });
      const { batch, state: extended } = extendChain(state, entries, { node, key }, clock());
      if (!(await this.#insert(batch, attempt < MAX_ATTEMPTS))) continue;
      if (batch.lines.length > 0 && extended.end !== undefined) {
        await writeWitness(config.dataDirectory, node, extended.end);
      }
      return;
    }
  }

  /** @returns false when another command took a place meanwhile */
  async #insert({ checkpoint, lines }: AuditBatch, mayTryAgain: boolean): Promise<boolean> {
    const { client } = this.#options;
    if (checkpoint !== null) {
      const once = { onConflict: 'node,day', ignoreDuplicates: true };
      dataOf(await client.from('audit_checkpoints').upsert(checkpointRow(checkpoint), once));
    }
    if (lines.length === 0) return true;
    const answer = await client.from('audit').insert(lines);
    if (answer.error?.code === UNIQUE_VIOLATION && mayTryAgain) return false;
    dataOf(answer);
    return true;
  }
}
