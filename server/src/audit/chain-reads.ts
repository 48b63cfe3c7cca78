/** Chains and checkpoints as the store has them; with an auditor's token, row-level security decides. */
import { readAllPages, PAGE_ROWS } from '../records/paging.ts';
import type { StoreCalls } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';
import type { ChainedLine } from './chained-line.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointOfRow, isChained, lineOfRow } from './rows.ts';

export type ChainReading = { client: StoreClient; calls: StoreCalls };

export type ChainId = { node: string; day: string };

/** The chains of some days, both ends included, by node and day. @throws HavenError STORAGE_UNAVAILABLE */
export async function readChains(
  { client, calls }: ChainReading,
  from: string,
  to: string,
): Promise<(ChainId & { lines: number })[]> {
  return readAllPages(calls, (first, last) =>
    client.rpc('audit_chains', { p_from: from, p_to: to }).order('node').order('day').range(first, last),
  );
}

/** A chain's lines in order. @throws HavenError STORAGE_UNAVAILABLE */
export async function* readLines(
  { client, calls }: ChainReading,
  { node, day }: ChainId,
): AsyncGenerator<ChainedLine> {
  let after = 0;
  for (;;) {
    const rows = await calls.read(() =>
      client
        .from('audit')
        .select('*')
        .eq('node', node)
        .eq('day', day)
        .gt('sequence', after)
        .order('sequence')
        .limit(PAGE_ROWS),
    );
    const lines = rows.filter(isChained).map(lineOfRow);
    yield* lines;
    after = lines.at(-1)?.sequence ?? after;
    if (rows.length < PAGE_ROWS) return;
  }
}

/** @throws HavenError STORAGE_UNAVAILABLE */
export async function readCheckpoints(
  { client, calls }: ChainReading,
  from: string,
  to: string,
): Promise<Checkpoint[]> {
  const rows = await readAllPages(calls, (first, last) =>
    client
      .from('audit_checkpoints')
      .select('*')
      .gte('day', from)
      .lte('day', to)
      .order('node')
      .order('day')
      .range(first, last),
  );
  return rows.map(checkpointOfRow);
}

/** A node's last checkpoint before a day. @throws HavenError STORAGE_UNAVAILABLE */
export async function readCheckpointBefore(
  { client, calls }: ChainReading,
  { node, day }: ChainId,
): Promise<Checkpoint | undefined> {
  const rows = await calls.read(() =>
    client
      .from('audit_checkpoints')
      .select('*')
      .eq('node', node)
      .lt('day', day)
      .order('day', { ascending: false })
      .limit(1),
  );
  return rows.map(checkpointOfRow)[0];
}

/** The last day of which a node has lines or a checkpoint. @throws HavenError STORAGE_UNAVAILABLE */
export async function readLastDay(
  { client, calls }: ChainReading,
  node: string,
): Promise<string | undefined> {
  const lines = await calls.read(() =>
    client.from('audit').select('day').eq('node', node).order('day', { ascending: false }).limit(1),
  );
  const checkpoints = await calls.read(() =>
    client
      .from('audit_checkpoints')
      .select('day')
      .eq('node', node)
      .order('day', { ascending: false })
      .limit(1),
  );
  const days = [...lines, ...checkpoints].flatMap(({ day }) => (day === null ? [] : [day]));
  return days.toSorted().at(-1);
}

/**
 * Lines that have no place in a chain: how many are from before the first chain, and how many came after, when the
 * server no longer wrote such.
 * @throws HavenError STORAGE_UNAVAILABLE
 */
export async function countUnchained({
  client,
  calls,
}: ChainReading): Promise<{ before: number; after: number }> {
  const first = await calls.read(() =>
    client.from('audit').select('at').not('node', 'is', null).order('at').order('id').limit(1),
  );
  const unchained = await countOf({ client, calls }, undefined);
  const start = first[0]?.at;
  const after = start === undefined ? 0 : await countOf({ client, calls }, start);
  return { before: unchained - after, after };
}

async function countOf({ client, calls }: ChainReading, since: string | undefined): Promise<number> {
  let counted = 0;
  await calls.read(async () => {
    const query = client.from('audit').select('id', { count: 'exact', head: true }).is('node', null);
    const answer = await (since === undefined ? query : query.gt('at', since));
    if (answer.error !== null) return answer;
    counted = answer.count ?? 0;
    return { data: null, error: null };
  });
  return counted;
}
