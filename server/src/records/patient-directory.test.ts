import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import type { Database } from './database.ts';
import { PatientDirectory } from './patient-directory.ts';
import { StoreCalls } from './store-calls.ts';
import { hasRedis, startRedis, type RedisServer } from './testing/redis.ts';
import { until } from './testing/until.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

type Patients = { id: string; room_id: string; name: string; bed: string; analysis_mode: string }[];

/** What a store answers, and how often it was asked for the patients. */
class Answers {
  patients: Patients = [
    { id: 'P-101', room_id: 'ward-a', name: 'Ada Example', bed: '1', analysis_mode: 'both' },
  ];
  away = false;
  asked = 0;

  readonly client = createClient<Database>('http://store.invalid', 'key', {
    auth: { persistSession: false, autoRefreshToken: false },
    db: { retry: false },
    global: { fetch: (input) => Promise.resolve(this.#answer(new Request(input))) },
  });

  #answer(request: Request): Response {
    if (this.away) return Response.json({ code: 'PGRST000', message: 'away' }, { status: 503 });
    if (!new URL(request.url).pathname.endsWith('/patients')) {
      return Response.json([{ id: 'ward-a', name: 'Ward A' }]);
    }
    this.asked += 1;
    return Response.json(this.patients);
  }
}

let now: number;
let answers: Answers;
let opened: PatientDirectory[];

beforeEach(() => {
  now = 1_795_000_000_000;
  answers = new Answers();
  opened = [];
});
afterEach(async () => {
  for (const directory of opened) await directory.close();
});

function open(redisUrl?: string, telemetry = new QuietTelemetry()): PatientDirectory {
  const calls = new StoreCalls();
  const directory = new PatientDirectory({
    ...{ client: answers.client, calls, telemetry, clock: () => now },
    redisUrl,
  });
  opened.push(directory);
  return directory;
}
const bedOf = async (directory: PatientDirectory) => (await directory.patient('P-101')).bed;

describe('who lies where', () => {
  test('is asked of the store once in two seconds, whoever asks', async () => {
    const telemetry = new QuietTelemetry();
    const directory = open(undefined, telemetry);
    await Promise.all([directory.rooms(), directory.patient('P-101'), directory.patientsOf(['ward-a'])]);
    now += 1999;
    await directory.patient('P-101');
    expect(answers.asked).toBe(1);
    expect(telemetry.counts.get('haven_cache_hits_total')).toBe(1);
    expect(telemetry.counts.get('haven_cache_misses_total')).toBe(1);
    expect(telemetry.gauges.get('haven_cache_hit_rate')?.()).toBe(0.5);
  });

  test('changes within two seconds', async () => {
    const directory = open();
    expect(await bedOf(directory)).toBe('1');
    answers.patients = [{ ...answers.patients[0]!, bed: '7' }];
    now += 2000;
    expect(await bedOf(directory)).toBe('7');
    answers.patients = [];
    now += 2000;
    await expect(directory.patient('P-101')).rejects.toMatchObject({ code: 'PATIENT_UNKNOWN' });
  });

  test('is asked anew when the clock was set back', async () => {
    const directory = open();
    await directory.rooms();
    now -= 3_600_000;
    await directory.rooms();
    expect(answers.asked).toBe(2);
  });

  test('stays what it was while the store is away, and has a code when the store never answered', async () => {
    const directory = open();
    await directory.rooms();
    answers.away = true;
    now += 60_000;
    expect(await bedOf(directory)).toBe('1');
    await expect(open().rooms()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});

const withRedis = hasRedis() || process.env.CI !== undefined ? describe : describe.skip;
withRedis('several servers on one Redis', () => {
  let redis: RedisServer & { port: number };
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.kill());

  /** Asks until the answer came from Redis: a connection needs a moment. */
  async function connected(directory: PatientDirectory, telemetry: QuietTelemetry): Promise<void> {
    await until(
      async () => {
        now += 1000;
        await directory.rooms();
        return telemetry.counts.get('haven_cache_hits_total') ?? 0;
      },
      (hits) => hits > 0,
      'an answer came from Redis',
    );
  }

  test('share what one of them has read', async () => {
    const telemetry = new QuietTelemetry();
    const [one, two] = [open(redis.url, telemetry), open(redis.url)];
    await connected(one, telemetry);
    const asked = answers.asked;
    // The second one's connection may still be on its way when it asks first.
    await until(
      async () => {
        await one.rooms();
        const before = answers.asked;
        now += 1000;
        await two.rooms();
        return answers.asked - before;
      },
      (more) => more === 0,
      'the second server asks Redis only',
    );
    expect(answers.asked).toBeGreaterThanOrEqual(asked);
  });

  test('go on with the store when it is killed, without a wait, and with Redis when it is back', async () => {
    const telemetry = new QuietTelemetry();
    const directory = open(redis.url, telemetry);
    await connected(directory, telemetry);
    await redis.kill();
    const asked = answers.asked;
    const begun = performance.now();
    for (let time = 1; time <= 5; time++) {
      now += 2000;
      expect(await bedOf(directory)).toBe('1');
      expect(answers.asked).toBe(asked + time);
    }
    expect(performance.now() - begun).toBeLessThan(2000);

    redis = await startRedis(redis.port);
    telemetry.counts.clear();
    await connected(directory, telemetry);
  });

  test('ask the store when what Redis holds is of another form', async () => {
    const { Redis } = await import('ioredis');
    const other = new Redis(redis.url);
    await other.set('haven:directory:1', '{"rooms": "none"}');
    expect(await bedOf(open(redis.url))).toBe('1');
    other.disconnect();
  });
});
