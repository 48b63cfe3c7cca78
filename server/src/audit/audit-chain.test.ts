import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { HavenError } from '@haven/protocol';
import type { AuditEntry } from '../records/records.ts';
import { AuditChain } from './audit-chain.ts';
import { NO_CHAIN, type AuditBatch, type ChainState } from './chain-state.ts';
import { GENESIS_HASH, hashOfLine } from './chained-line.ts';
import { fingerprint, hashOfCheckpoint, isSignedBy } from './checkpoint.ts';

const key = generateKeyPairSync('ed25519');
const publicKeys = new Map([[fingerprint(key.publicKey), key.publicKey]]);
const NOON = Date.parse('2026-11-20T12:00:00Z');
const DAY_MS = 86_400_000;

/** A chain on a disk that a test can break. */
function open(state: ChainState = NO_CHAIN) {
  const disk = { broken: false, batches: [] as AuditBatch[] };
  const time = { now: NOON };
  const chain = new AuditChain({
    node: 'node-1',
    key,
    state,
    clock: () => time.now,
    keep: (batch) => {
      if (disk.broken) return Promise.reject(new HavenError('STORAGE_FULL'));
      disk.batches.push(batch);
      return Promise.resolve();
    },
  });
  return { chain, disk, time, lines: () => disk.batches.flatMap(({ lines }) => lines) };
}
const entry = (subject: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: 'user:1',
  action: 'vitals:read',
  subject,
  result: 'done',
  at: NOON,
  ...change,
});

describe('a chain', () => {
  test('links every line to the one before, in the order of the calls', async () => {
    const { chain, lines } = open();
    await Promise.all(Array.from({ length: 250 }, (_, number) => chain.add(entry(`patient:${number}`))));
    expect(lines().map(({ subject }) => subject)).toEqual(
      Array.from({ length: 250 }, (_, number) => `patient:${number}`),
    );
    let previous = GENESIS_HASH;
    for (const [index, line] of lines().entries()) {
      expect(line).toMatchObject({ node: 'node-1', day: '2026-11-20', sequence: index + 1, previous });
      expect(hashOfLine(line)).toBe(line.hash);
      previous = line.hash;
    }
  });

  test('has no hole after lines that could not be written, which their writers are told', async () => {
    const { chain, disk, lines } = open();
    await chain.add(entry('first'));
    disk.broken = true;
    await expect(chain.add(entry('lost'))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    disk.broken = false;
    await chain.add(entry('second'));
    expect(lines().map(({ subject, sequence }) => [subject, sequence])).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
    expect(lines()[1]?.previous).toBe(lines()[0]?.hash);
  });

  test('goes on where an earlier process left it', async () => {
    const end = { day: '2026-11-20', sequence: 41, hash: 'a'.repeat(64) };
    const { chain, lines } = open({ end, closed: false, checkpoint: undefined });
    await chain.add(entry('next'));
    expect(lines()[0]).toMatchObject({ sequence: 42, previous: 'a'.repeat(64) });
  });

  test('keeps texts such that every store gives them back unchanged', async () => {
    const { chain, lines } = open();
    await chain.add(entry(`a\u0000b\nc\ud800${'x'.repeat(500)}`, { reason: 'because\u007f' }));
    const [line] = lines();
    expect(line?.subject).toBe(`a b c\ufffd${'x'.repeat(154)}`);
    expect(line?.reason).toBe('because ');
  });
});

describe('a day', () => {
  test('is closed by a signed checkpoint together with the first line of the next', async () => {
    const { chain, disk, time } = open();
    await chain.add(entry('first'));
    time.now += DAY_MS;
    await chain.add(entry('second'));
    const [first, second] = disk.batches;
    const checkpoint = second?.checkpoint ?? undefined;
    expect(checkpoint).toMatchObject({ day: '2026-11-20', sequence: 1, hash: first?.lines[0]?.hash });
    expect(checkpoint && isSignedBy(checkpoint, publicKeys)).toBe(true);
    expect(checkpoint && isSignedBy({ ...checkpoint, sequence: 2 }, publicKeys)).toBe(false);
    expect(second?.lines[0]).toMatchObject({
      day: '2026-11-21',
      sequence: 1,
      previous: first?.lines[0]?.hash,
    });
  });

  test('without a line in the next is closed when asked to, once', async () => {
    const { chain, disk, time } = open();
    await chain.add(entry('first'));
    await chain.closeEndedDay();
    expect(disk.batches).toHaveLength(1);
    time.now += DAY_MS;
    await chain.closeEndedDay();
    await chain.closeEndedDay();
    await chain.add(entry('second'));
    expect(disk.batches.map(({ checkpoint, lines }) => [checkpoint?.day, lines.length])).toEqual([
      [undefined, 1],
      ['2026-11-20', 0],
      [undefined, 1],
    ]);
  });

  test('that was closed gets no more lines, even when the clock is set back', async () => {
    const { chain, time, lines } = open();
    await chain.add(entry('first'));
    time.now += DAY_MS;
    await chain.closeEndedDay();
    time.now -= DAY_MS;
    await chain.add(entry('second'));
    expect(lines().map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21']);
  });

  test('is linked to the day before by its checkpoint', async () => {
    const { chain, disk, time } = open();
    for (let day = 0; day < 3; day++) {
      await chain.add(entry('x'));
      time.now += DAY_MS;
    }
    await chain.closeEndedDay();
    const checkpoints = disk.batches.flatMap(({ checkpoint }) => checkpoint ?? []);
    expect(checkpoints.map(({ previous }) => previous)).toEqual([
      GENESIS_HASH,
      ...checkpoints.slice(0, 2).map(hashOfCheckpoint),
    ]);
  });
});
