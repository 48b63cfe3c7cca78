import type { AuditChainReport } from '@haven/protocol';
import type { z } from 'zod';
import type { auditVerificationSchema } from '@haven/protocol';
import type { KeyObject } from 'node:crypto';
import {
  countUnchained,
  readChains,
  readCheckpointBefore,
  readCheckpoints,
  readLastDay,
  readLines,
  type ChainReading,
} from './chain-reads.ts';
import { dayOfMoment, GENESIS_HASH, type ChainEnd } from './chained-line.ts';
import { hashOfCheckpoint, type Checkpoint } from './checkpoint.ts';
import { verifyDay } from './verify-day.ts';

const DAY_MS = 24 * 3600 * 1000;

export type AuditVerification = z.infer<typeof auditVerificationSchema>;

export type VerifyOptions = ChainReading & {
  /** Days in UTC, both included. */
  from: string;
  to: string;
  publicKeys: ReadonlyMap<string, KeyObject>;
  /** What a server remembers of its own chains, by node. */
  witnesses: ReadonlyMap<string, ChainEnd>;
  retentionDays: number;
  /** ms since the epoch */
  clock: () => number;
};

/** Examines every chain of some days, with what stands before and behind it. @throws HavenError STORAGE_UNAVAILABLE */
export async function verifyTrail(options: VerifyOptions): Promise<AuditVerification> {
  const { from, to, witnesses, clock } = options;
  const checkedAt = clock();
  const chains = await readChains(options, from, to);
  const checkpoints = await readCheckpoints(options, from, to);
  const days = new Map<string, Set<string>>();
  const note = ({ node, day }: { node: string; day: string }) => {
    if (day < from || day > to) return;
    days.set(node, (days.get(node) ?? new Set()).add(day));
  };
  for (const chain of [...chains, ...checkpoints]) note(chain);
  for (const [node, { day }] of witnesses) note({ node, day });

  const reports: AuditChainReport[] = [];
  for (const [node, ofNode] of [...days].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const own = checkpoints.filter((checkpoint) => checkpoint.node === node);
    reports.push(...(await verifyNode(options, node, [...ofNode].toSorted(), own)));
  }
  const unchained = await countUnchained(options);
  if (unchained.after > 0) reports.push(strayLines(dayOfMoment(checkedAt), unchained.after));
  return {
    ok: reports.every(({ problems }) => problems.length === 0),
    checkedAt,
    chains: reports,
    beforeChains: unchained.before,
  };
}

async function verifyNode(
  options: VerifyOptions,
  node: string,
  days: readonly string[],
  checkpoints: readonly Checkpoint[],
): Promise<AuditChainReport[]> {
  const { clock, retentionDays, witnesses, publicKeys } = options;
  const expiredBefore = dayOfMoment(clock() - retentionDays * DAY_MS);
  const witness = witnesses.get(node);
  const lastDay = [await readLastDay(options, node), witness?.day]
    .filter((day) => day !== undefined)
    .toSorted()
    .at(-1);
  const before = await readCheckpointBefore(options, { node, day: days[0] ?? '' });
  let previous: string | undefined = before?.hash ?? GENESIS_HASH;
  let previousCheckpoint = before === undefined ? GENESIS_HASH : hashOfCheckpoint(before);
  let known = true;
  const reports: AuditChainReport[] = [];
  for (const day of days) {
    const checkpoint = checkpoints.find((candidate) => candidate.day === day);
    const { report, end } = await verifyDay(readLines(options, { node, day }), {
      node,
      day,
      previous,
      previousCheckpoint: known ? previousCheckpoint : undefined,
      checkpoint,
      over: lastDay !== undefined && day < lastDay,
      expired: day < expiredBefore,
      witness: witness?.day === day ? witness : undefined,
      publicKeys,
    });
    reports.push(report);
    previous = end;
    // After a checkpoint that is missing, the next one stands on a hash that nobody knows.
    known = checkpoint !== undefined;
    if (checkpoint !== undefined) previousCheckpoint = hashOfCheckpoint(checkpoint);
  }
  return reports;
}

/** The server writes no line without a place in a chain. */
function strayLines(day: string, lines: number): AuditChainReport {
  const message = 'These lines have no place in a chain and are younger than the first chain.';
  return {
    node: '-',
    day,
    lines,
    closed: false,
    problems: [{ kind: 'line-changed', sequence: null, message }],
  };
}
