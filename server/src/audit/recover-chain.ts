import type { StoreCalls } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';
import type { ChainEnd } from './chained-line.ts';
import { endOf, laterEnd, type AuditBatch, type ChainState } from './chain-state.ts';
import { hashOfCheckpoint, type Checkpoint } from './checkpoint.ts';
import { checkpointOfRow } from './rows.ts';

export type RecoveryOptions = {
  client: StoreClient;
  calls: StoreCalls;
  node: string;
  /** What is on disk and not in the store yet. */
  pending: readonly AuditBatch[];
  /** What this server remembers having stored. */
  witness: ChainEnd | undefined;
};

/**
 * How far a node's chains have come, by the furthest of store, journal and witness.
 * @returns also whether lines are gone that the witness knows: the chain goes on behind them, so that the gap shows
 * @throws HavenError STORAGE_UNAVAILABLE
 */
export async function recoverChain({
  client,
  calls,
  node,
  pending,
  witness,
}: RecoveryOptions): Promise<{ state: ChainState; gone: boolean }> {
  const lines = await calls.read(() =>
    client
      .from('audit')
      .select('day, sequence, hash')
      .eq('node', node)
      .order('day', { ascending: false })
      .order('sequence', { ascending: false })
      .limit(1)
      .overrideTypes<ChainEnd[], { merge: false }>(),
  );
  const checkpoints = await calls.read(() =>
    client.from('audit_checkpoints').select('*').eq('node', node).order('day', { ascending: false }).limit(1),
  );
  const checkpoint = [
    ...checkpoints.map(checkpointOfRow),
    ...pending.flatMap((batch) => (batch.checkpoint === null ? [] : [batch.checkpoint])),
  ].reduce<Checkpoint | undefined>(
    (last, next) => (last === undefined || next.day > last.day ? next : last),
    undefined,
  );
  // A checkpoint also stands for a day whose lines have gone by age.
  const kept = [lines[0], checkpoint, ...pending.flatMap((batch) => batch.lines)].reduce<
    ChainEnd | undefined
  >((end, next) => laterEnd(end, next), undefined);
  const end = laterEnd(kept, witness);
  return {
    state: {
      end: end && endOf(end),
      closed: end !== undefined && checkpoint !== undefined && checkpoint.day >= end.day,
      checkpoint: checkpoint && hashOfCheckpoint(checkpoint),
    },
    gone: end !== undefined && kept !== end,
  };
}

/**
 * Batches that a later one takes the places of: their writing failed, was answered so, and yet they came to lie on
 * the disk.
 */
export function isSuperseded({ checkpoint, lines }: AuditBatch, later: readonly AuditBatch[]): boolean {
  const [first] = lines;
  return later.some(
    (batch) =>
      (checkpoint !== null && batch.checkpoint?.day === checkpoint.day) ||
      batch.lines.some(({ day, sequence }) => day === first?.day && sequence === first.sequence),
  );
}
