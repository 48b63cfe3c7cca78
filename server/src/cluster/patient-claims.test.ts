import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Leases } from './leases.ts';
import { PatientClaims, type Pictures } from './patient-claims.ts';
import { connectRedis } from './redis-link.ts';

const PATIENT = 'P-101';
const LEASE = `patient:${PATIENT}`;
const identity = (deviceId: string) => ({
  ...{ patientId: PATIENT, roomId: 'ward-a', deviceId, source: 'camera' as const },
});

/** A node as far as its claims go. */
class Node {
  readonly leases: Leases;
  readonly claims: PatientClaims;
  readonly told: string[] = [];
  pictures: Pictures | undefined;
  elsewhere: string | undefined;
  gone: string[] = [];

  constructor(redis: Redis, name: string) {
    this.leases = new Leases(redis, name);
    this.claims = new PatientClaims({
      leases: this.leases,
      deviceElsewhere: () => this.elsewhere,
      pictures: () => this.pictures,
      isWatchedOver: () => false,
      isThere: (node) => !this.gone.includes(node),
    });
    for (const event of ['won', 'lost', 'contested'] as const) {
      this.claims.on(event, () => this.told.push(event));
    }
  }

  async close(): Promise<void> {
    this.claims.close();
    await this.leases.close();
  }
}

(hasRedis() ? describe : describe.skip)('who has a patient', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  /** A connection that is not there yet: what is asked is refused, as when Redis is away, and it is made. */
  let away: Redis;
  let a: Node;
  let b: Node;

  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
  });
  beforeEach(() => {
    a = new Node(redis, 'a');
    b = new Node(redis, 'b');
    away = redis.duplicate({ lazyConnect: true, enableOfflineQueue: false });
  });
  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    away.disconnect();
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  /** B takes the device while it does not reach Redis. */
  async function claimedWithoutRedis(deviceId: string): Promise<void> {
    await b.close();
    b = new Node(away, 'b');
    await b.claims.claim(identity(deviceId));
    expect(b.claims.has(PATIENT)).toBe(true);
  }
  const redisAnswers = () => eventually(() => away.status === 'ready', 'Redis answers b');
  const reachRedis = async () => {
    await redisAnswers();
    await b.claims.settle();
  };

  test('the same device takes its patient to another node; another device does not', async () => {
    await a.claims.claim(identity('bed'));
    await expect(b.claims.claim(identity('other'))).rejects.toMatchObject({ code: 'PATIENT_HAS_DEVICE' });
    await b.claims.claim(identity('bed'));
    await a.leases.renew();
    expect([a.told, b.told]).toEqual([['won', 'lost'], ['won']]);
  });

  test('a device that moved while Redis was away stays where its pictures arrive', async () => {
    await a.claims.claim(identity('bed'));
    await claimedWithoutRedis('bed');
    b.pictures = 'arriving';
    await reachRedis();
    expect(b.told).toEqual(['won']);
    await a.leases.renew();
    expect(a.told).toEqual(['won', 'lost']);
    expect(await b.leases.holderOf(LEASE)).toMatchObject({ node: 'b', value: 'bed' });
  });

  test('a claim is settled when the first pictures have come or stay away, not before', async () => {
    await a.claims.claim(identity('bed'));
    await claimedWithoutRedis('bed');
    b.pictures = 'awaited';
    await reachRedis();
    expect(b.told).toEqual([]);
    b.pictures = 'lost';
    await b.claims.settle();
    expect(b.told).toEqual(['lost']);
    expect(await a.leases.holderOf(LEASE)).toMatchObject({ node: 'a' });
  });

  test('a claim without pictures holds where nobody else has the patient', async () => {
    await claimedWithoutRedis('bed');
    b.pictures = 'lost';
    await reachRedis();
    expect(b.told).toEqual(['won']);
    expect(await b.leases.holderOf(LEASE)).toMatchObject({ node: 'b', value: 'bed' });
  });

  test('of two devices that were let in while Redis was away, the one that it was told of first stays', async () => {
    await claimedWithoutRedis('other');
    b.pictures = 'arriving';
    await a.claims.claim(identity('bed'));
    await reachRedis();
    expect(b.told).toEqual(['lost']);
  });

  test('watching over a patient whose device was let in without Redis takes nothing from the device', async () => {
    await a.claims.claim(identity('bed'));
    await claimedWithoutRedis('bed');
    b.pictures = 'arriving';
    await redisAnswers();
    expect(await b.claims.watchOver(PATIENT)).toBeUndefined();
    expect(b.told).toEqual([]);
  });

  test('watching over a patient whose device comes at the same moment leaves them to the device', async () => {
    await Promise.all([a.claims.claim(identity('bed')), a.claims.watchOver(PATIENT)]);
    expect(await a.leases.holderOf(LEASE)).toMatchObject({ node: 'a', value: 'bed' });
  });

  test('watching over a patient takes them from no device that sends to another node, however often that asks', async () => {
    a.pictures = 'arriving';
    await a.claims.claim(identity('bed'));
    // As when a was cut off for longer than its lease is good for.
    await b.leases.take(LEASE, '-', { seize: true });
    await a.leases.renew();
    expect(await a.claims.watchOver(PATIENT)).toBe('b');
    expect(a.told).toEqual(['won', 'contested', 'contested']);
    await a.claims.claim(identity('bed'));
    await b.leases.renew();
    expect(b.told).toEqual(['lost']);
    expect(a.claims.has(PATIENT)).toBe(true);
  });

  test('a patient whom another node watched over meanwhile, and has no more, is nobody else’s', async () => {
    await a.claims.watchOver(PATIENT);
    await b.leases.take(LEASE, '-', { seize: true });
    await b.leases.release(LEASE);
    await a.leases.renew();
    expect(a.told).toEqual(['won', 'contested']);
    expect(await a.claims.watchOver(PATIENT)).toBe('a');
    expect(a.told).toEqual(['won', 'contested', 'won']);
  });

  test('nobody lets go of a patient in favour of a node that is gone, whose lease runs on', async () => {
    await a.claims.claim(identity('bed'));
    b.gone.push('a');
    expect(await b.claims.watchOver(PATIENT)).toBe('a');
    expect(b.told).toEqual([]);
    b.gone = [];
    await b.claims.watchOver(PATIENT);
    expect(b.told).toEqual(['lost']);
  });
});
