import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  cvRequests,
  HavenError,
  MAX_OBSERVATIONS_PER_BATCH,
  readReply,
  type Observation,
} from '@haven/protocol';
import { pino } from 'pino';
import { Outbox } from './outbox.ts';
import { MAX_QUEUED_VITALS, OutboxQueue } from './outbox-queue.ts';
import type { CvRequester } from './requester.ts';

const identity = {
  assignmentId: randomUUID(),
  epoch: 1,
  patientId: 'P-001',
  streamId: randomUUID(),
  source: 'synthetic',
} as const;

function event(at = 1): Observation {
  return { ...identity, id: randomUUID(), at, kind: 'event', event: 'absent', confidence: 1 };
}

function vital(at = 1): Observation {
  const measurement = { name: 'pulse', unit: '/min', state: 'measured', value: 72, quality: 1 } as const;
  const details = { method: 'POS', windowMs: 10_000, measuredAt: at, reason: null };
  return { ...identity, id: randomUUID(), at, kind: 'vital', vital: { ...measurement, ...details } };
}

describe('the queue of observations', () => {
  test('keeps their order, and keeps them until they are removed', () => {
    const queue = new OutboxQueue();
    const observations = [vital(1), event(2), vital(3)];
    for (const observation of observations) queue.add(observation);
    expect(queue.first(2)).toEqual(observations.slice(0, 2));
    queue.remove(queue.first(2));
    expect(queue.first(2)).toEqual([observations[2]]);
  });

  test('drops the oldest vitals when there are too many, and never an event', () => {
    const queue = new OutboxQueue();
    const alarm = event(0);
    queue.add(alarm);
    for (let at = 1; at <= MAX_QUEUED_VITALS + 10; at++) queue.add(vital(at));
    expect(queue.length).toBe(MAX_QUEUED_VITALS + 1);
    expect(queue.dropped).toBe(10);
    expect(queue.first(2).map(({ at }) => at)).toEqual([0, 11]);
  });

  test('keeps count when what was dropped is acknowledged after all', () => {
    const queue = new OutboxQueue();
    for (let at = 1; at <= MAX_QUEUED_VITALS; at++) queue.add(vital(at));
    const onItsWay = queue.first(10);
    for (let at = 1; at <= 10; at++) queue.add(vital(at));
    queue.remove(onItsWay);
    queue.add(vital());
    expect(queue.length).toBe(MAX_QUEUED_VITALS);
    expect(queue.dropped).toBe(11);
  });
});

describe('the outbox', () => {
  let now: number;
  let batches: Observation[][];
  /** What the server does with a batch: returns the rejected, or throws. */
  let server: (observations: Observation[]) => { id: string; code: HavenError['code'] }[];
  let outbox: Outbox;

  const request: CvRequester = async (name, body) => {
    const { observations } = cvRequests.observations.request.parse(body);
    batches.push(observations);
    await Promise.resolve();
    const rejected = server(observations);
    const accepted = observations.length - rejected.length;
    return readReply(cvRequests, name, { ok: true, data: { accepted, rejected } });
  };

  beforeEach(() => {
    now = 0;
    batches = [];
    server = () => [];
    outbox = new Outbox({
      request,
      logger: pino({ level: 'silent' }),
      now: () => now,
    });
    outbox.connected();
  });
  afterEach(() => outbox.close());

  test('posts what is there as one batch', async () => {
    const observations = [vital(1), event(2)];
    for (const observation of observations) outbox.add(observation);
    await outbox.post();
    await outbox.post();
    expect(batches).toEqual([observations]);
    expect(outbox.length).toBe(0);
  });

  test('posts no batch larger than the protocol allows', async () => {
    for (let at = 0; at < MAX_OBSERVATIONS_PER_BATCH + 5; at++) outbox.add(vital(at));
    await outbox.post();
    await outbox.post();
    expect(batches.map((batch) => batch.length)).toEqual([MAX_OBSERVATIONS_PER_BATCH, 5]);
  });

  test('posts the same observations again after a lost answer', async () => {
    server = () => {
      throw new HavenError('TIMEOUT');
    };
    outbox.add(vital());
    await outbox.post();
    outbox.disconnected();
    await outbox.post();
    expect(batches).toHaveLength(1);
    server = () => [];
    outbox.connected();
    await outbox.post();
    expect(batches[1]).toEqual(batches[0]);
    expect(outbox.length).toBe(0);
  });

  test('waits as long as the server says when it cannot store', async () => {
    server = () => {
      throw new HavenError('STORAGE_FULL', undefined, { retryAfterMs: 5000 });
    };
    outbox.add(event());
    await outbox.post();
    now = 4999;
    await outbox.post();
    expect(batches).toHaveLength(1);
    now = 5000;
    await outbox.post();
    expect(batches).toHaveLength(2);
    expect(outbox.length).toBe(1);
  });

  test('drops and counts what belongs to an assignment that was given out anew', async () => {
    const stale = vital();
    server = () => [{ id: stale.id, code: 'STALE_EPOCH' }];
    outbox.add(stale);
    outbox.add(vital());
    await outbox.post();
    expect(outbox).toMatchObject({ length: 0, rejected: 1 });
  });

  test('finds the one observation that the server cannot read, and delivers the others', async () => {
    const wrong = vital(13);
    const delivered: Observation[] = [];
    server = (observations) => {
      if (observations.some(({ id }) => id === wrong.id)) throw new HavenError('INVALID_REQUEST');
      delivered.push(...observations);
      return [];
    };
    for (let at = 0; at < 30; at++) outbox.add(at === 13 ? wrong : vital(at));
    while (outbox.length > 0) await outbox.post();
    expect(delivered).toHaveLength(29);
    expect(outbox.rejected).toBe(1);
  });

  test('delivers what is left before the end, and does not wait for a server that is away', async () => {
    for (let at = 0; at < 500; at++) outbox.add(vital(at));
    await outbox.flush(3000);
    expect(outbox.length).toBe(0);
    outbox.add(vital());
    outbox.disconnected();
    await outbox.flush(60_000);
    expect(outbox.length).toBe(1);
  });
});
