import { expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { NO_CHAIN, extendChain, type AuditBatch } from './chain-state.ts';
import { isSuperseded } from './recover-chain.ts';

const writer = { node: 'node-1', key: generateKeyPairSync('ed25519') };
const NOON = Date.parse('2026-11-20T12:00:00Z');
const entry = { actor: 'system', action: 'test', subject: 'server', result: 'done', at: NOON } as const;

test('a batch whose writing failed and that lies on the disk all the same gives way to its successor', () => {
  const first = extendChain(NO_CHAIN, [entry], writer, NOON);
  const failed = extendChain(first.state, [entry, entry], writer, NOON);
  const successor = extendChain(first.state, [entry], writer, NOON);
  const last = extendChain(successor.state, [entry], writer, NOON);
  const onDisk: AuditBatch[] = [first, failed, successor, last].map(({ batch }) => batch);
  expect(onDisk.map((batch, index) => isSuperseded(batch, onDisk.slice(index + 1)))).toEqual([
    false,
    true,
    false,
    false,
  ]);
});

test('a checkpoint that was made twice counts once, the last time', () => {
  const { state } = extendChain(NO_CHAIN, [entry], writer, NOON);
  const [failed, successor] = [1, 2].map((days) => extendChain(state, [], writer, NOON + days * 86_400_000));
  expect(failed?.batch.checkpoint?.day).toBe('2026-11-20');
  expect(failed && successor && isSuperseded(failed.batch, [successor.batch])).toBe(true);
  expect(successor && isSuperseded(successor.batch, [])).toBe(false);
});
