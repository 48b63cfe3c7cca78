import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { StoreCalls } from '../records/store-calls.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { AuditChain } from './audit-chain.ts';
import { NO_CHAIN, type AuditBatch } from './chain-state.ts';
import { DailyDuties } from './daily-duties.ts';
import { DirectAudit } from './direct-audit.ts';
import { RefusalLimiter } from './refusal-limiter.ts';
import { readAuditKeys } from './signing-key.ts';
import { TestTrail } from './testing/trail.ts';
import { readWitness } from './witness.ts';

jest.setTimeout(30_000);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let trail: TestTrail;
let batches: AuditBatch[];
let isStored: boolean;
let chain: AuditChain;
let limiter: RefusalLimiter;
let duties: DailyDuties;

beforeAll(async () => {
  trail = await TestTrail.create();
});
afterAll(() => trail.close());
beforeEach(async () => {
  const { config, store } = trail;
  const clock = () => trail.now;
  const { own: key } = await readAuditKeys(config.dataDirectory, undefined);
  batches = [];
  isStored = true;
  chain = new AuditChain({
    node: 'node-duties',
    key,
    state: NO_CHAIN,
    clock,
    keep: (batch) => {
      batches.push(batch);
      return Promise.resolve();
    },
  });
  limiter = new RefusalLimiter((entry) => chain.add(entry), clock);
  duties = new DailyDuties({
    client: store.service,
    calls: new StoreCalls(),
    config,
    clock,
    telemetry: new QuietTelemetry(),
    isStored: () => isStored,
    chain,
    limiter,
    commands: new DirectAudit({ client: store.service, config, clock }),
  });
});

test('a day without further lines is closed when it is over, the commands’ as well', async () => {
  const commands = new DirectAudit({
    client: trail.store.service,
    config: trail.config,
    clock: () => trail.now,
  });
  await commands.keep(trail.entry('room:x'));
  await chain.add(trail.entry('room:x'));
  await duties.examine();
  expect(batches.map(({ checkpoint }) => checkpoint)).toEqual([null]);
  trail.now += DAY_MS;
  await duties.examine();
  await duties.examine();
  expect(batches.map(({ checkpoint }) => checkpoint?.day)).toEqual([undefined, '2026-11-20']);
  const { rows } = await trail.sql('select node, day::text, sequence from public.audit_checkpoints');
  expect(rows).toEqual([{ node: 'node-test.cli', day: '2026-11-20', sequence: 1 }]);
});

test('the end of the chain is remembered outside the store, once it is stored', async () => {
  isStored = false;
  await chain.add(trail.entry('room:x'));
  await duties.examine();
  expect(await readWitness(trail.config.dataDirectory, 'node-duties')).toMatchObject({ day: '2026-11-20' });
  isStored = true;
  await duties.examine();
  expect(await readWitness(trail.config.dataDirectory, 'node-duties')).toEqual(chain.end);
});

test('counted refusals are written after their minute', async () => {
  const refusal = trail.entry('server', { result: 'refused', code: 'FORBIDDEN' });
  for (let times = 0; times < 3; times++) await limiter.add(refusal);
  await duties.examine();
  trail.now += MINUTE_MS;
  await duties.examine();
  expect(batches.flatMap(({ lines }) => lines.map(({ count }) => count))).toEqual([1, 2]);
});

test('days beyond the time for which they are kept are removed, which is audited', async () => {
  await trail.writeDay('2020-01-01', 3);
  await trail.writeDay('2026-11-20', 1);
  await duties.examine();
  const expired = batches.flatMap(({ lines }) => lines).filter(({ action }) => action === 'audit:expire');
  expect(expired).toMatchObject([{ actor: 'system', subject: 'day:2020-01-01', reason: '3 lines' }]);
  const { rows } = await trail.sql("select 1 from public.audit where day = '2020-01-01'");
  expect(rows).toEqual([]);
});
