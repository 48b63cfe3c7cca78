import type { AuditEntry } from '../records/records.ts';
import {
  chainLine,
  dayAfter,
  dayOfMoment,
  GENESIS_HASH,
  type ChainEnd,
  type ChainedLine,
} from './chained-line.ts';
import { hashOfCheckpoint, signCheckpoint, type Checkpoint, type SigningKey } from './checkpoint.ts';

/** What is written at once: the day before is closed, then lines of the day follow. Both, or nothing. */
export type AuditBatch = { checkpoint: Checkpoint | null; lines: ChainedLine[] };

/** How far a node's chains have come. */
export type ChainState = {
  /** The last line; undefined before the first. */
  end: ChainEnd | undefined;
  /** The last line's day has its checkpoint: the next line begins a later one. */
  closed: boolean;
  /** The hash of the last checkpoint; undefined before the first. */
  checkpoint: string | undefined;
};

export const NO_CHAIN: ChainState = { end: undefined, closed: false, checkpoint: undefined };

export type Writer = { node: string; key: SigningKey };

/**
 * What entries become behind a state. The day is the clock's, but never an earlier one than that of the last line:
 * a clock that is set back lets the day last longer.
 */
export function extendChain(
  state: ChainState,
  entries: readonly AuditEntry[],
  { node, key }: Writer,
  now: number,
): { batch: AuditBatch; state: ChainState } {
  let { end, closed, checkpoint } = state;
  const day = runningDay(state, dayOfMoment(now));
  const batch: AuditBatch = { checkpoint: null, lines: [] };
  if (end !== undefined && !closed && end.day < day) {
    batch.checkpoint = signCheckpoint(node, end, { previous: checkpoint, signedAt: now, key });
    checkpoint = hashOfCheckpoint(batch.checkpoint);
    closed = true;
  }
  for (const entry of entries) {
    const position = end?.day === day ? end : { day, sequence: 0, hash: end?.hash ?? GENESIS_HASH };
    const line = chainLine(entry, node, position);
    batch.lines.push(line);
    end = line;
    closed = false;
  }
  return { batch, state: { end: end && endOf(end), closed, checkpoint } };
}

export function endOf({ day, sequence, hash }: ChainEnd): ChainEnd {
  return { day, sequence, hash };
}

/** The later of two ends of one chain; of equal places the first. */
export function laterEnd(a: ChainEnd | undefined, b: ChainEnd | undefined): ChainEnd | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.day > a.day || (b.day === a.day && b.sequence > a.sequence) ? b : a;
}

function runningDay({ end, closed }: ChainState, today: string): string {
  if (end === undefined) return today;
  const earliest = closed ? dayAfter(end.day) : end.day;
  return today > earliest ? today : earliest;
}
