import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { frameBytes } from '../frame.ts';
import { FrameBuffers } from '../tap/frame-buffers.ts';
import { eventually } from '../tap/testing/eventually.ts';
import { AnalysisPool } from './analysis-pool.ts';
import { MAX_QUEUED_FRAMES } from './frame-queue.ts';
import { script, type Script } from './testing/script.ts';

const BYTES = frameBytes(320, 240);

let buffers: FrameBuffers;
let pool: AnalysisPool;
/** Frames that each stream's analyzer had seen at each of its reports. */
let seen: Partial<Record<string, number[]>>;
/** The stream of each report. */
let order: string[];
let restarted: string[];

async function createPool(threads: number, module = './testing/scripted-thread.ts'): Promise<AnalysisPool> {
  const entry = new URL(module, import.meta.url);
  const created = await AnalysisPool.create({ threads, entry, buffers, logger: pino({ level: 'silent' }) });
  created.on('restarted', (stream) => restarted.push(stream));
  created.on('output', (stream, { events }) => {
    order.push(stream);
    (seen[stream] ??= []).push(...events.map((event) => Math.round(event.confidence * 1000)));
  });
  return created;
}

const reports = (stream: string) => seen[stream]?.length ?? 0;

function push(stream: string, command: Script = 'analyse', discontinuity = false): void {
  const pixels = buffers.allocate(BYTES);
  pixels[0] = script[command];
  pool.push(stream, { timeMs: Date.now(), width: 320, height: 240, pixels, discontinuity });
}

beforeEach(() => {
  buffers = new FrameBuffers();
  seen = {};
  order = [];
  restarted = [];
});
afterEach(() => pool.close());

describe('the analysis pool', () => {
  test('analyses each stream’s frames in order with its own analyzer', async () => {
    pool = await createPool(2);
    for (const stream of ['a', 'b', 'c']) pool.open(stream, 'both');
    for (let frame = 1; frame <= 20; frame++) {
      for (const stream of ['a', 'b', 'c']) push(stream);
      await eventually(() => ['a', 'b', 'c'].every((stream) => reports(stream) === frame));
    }
    expect(seen.a).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(pool.statisticsOf('a')).toMatchObject({ framesAnalysed: 20, framesDropped: 0 });
    expect(pool.statisticsOf('a')!.takeLatencyMs()).toBeGreaterThan(0);
    expect(pool.statisticsOf('a')!.takeLatencyMs()).toBeNull();
  });

  test('uses the frames’ buffers again', async () => {
    pool = await createPool(1);
    pool.open('a', 'both');
    for (let frame = 1; frame <= 50; frame++) {
      push('a');
      await eventually(() => reports('a') === frame);
    }
    expect(buffers.free).toBe(1);
  });

  test('drops and counts a stream’s oldest frames when its thread does not keep up', async () => {
    pool = await createPool(1);
    pool.open('a', 'both');
    for (let frame = 0; frame < 100; frame++) push('a');
    expect(pool.queuedFrames).toBe(MAX_QUEUED_FRAMES);
    await eventually(() => pool.queuedFrames === 0 && pool.busyThreads === 0);
    const { framesAnalysed, framesDropped } = pool.statisticsOf('a')!;
    expect(framesDropped).toBeGreaterThan(90);
    expect(framesAnalysed + framesDropped).toBe(100);
  });

  test('gives each stream its turn', async () => {
    pool = await createPool(1);
    pool.open('busy', 'both');
    pool.open('quiet', 'both');
    for (let frame = 0; frame < 100; frame++) push('busy');
    push('quiet');
    await eventually(() => reports('quiet') === 1);
    // Those that the thread had already, and the one whose turn it was.
    expect(order.indexOf('quiet')).toBeLessThanOrEqual(3);
  });

  test.each(['crash', 'hang'] as const)(
    'replaces a thread that is told to %s within 5 s, and analyses its streams anew',
    async (command) => {
      pool = await createPool(2);
      for (const stream of ['a', 'b', 'c']) pool.open(stream, 'both');
      push('a');
      push('c');
      await eventually(() => reports('a') === 1 && reports('c') === 1);
      push('a', command);
      await eventually(() => restarted.length === 2, 5000);
      expect(restarted.toSorted()).toEqual(['a', 'c']);
      for (const stream of ['a', 'b', 'c']) push(stream);
      await eventually(() => reports('a') === 2 && reports('b') === 1 && reports('c') === 2);
      expect(seen).toEqual({ a: [1, 1], b: [1], c: [1, 1] });
      expect(pool.restarts).toBe(1);
    },
    15_000,
  );

  test.each(['leakHeap', 'leakBuffers'] as const)(
    'replaces a thread whose memory grows without end (%s) within 5 s of its limit, while the others go on',
    async (command) => {
      pool = await createPool(2);
      for (const stream of ['a', 'b']) pool.open(stream, 'both');
      push('a', command);
      let gapMs = 0;
      let lastAt = performance.now();
      for (let frame = 1; restarted.length === 0; frame++) {
        push('b');
        await eventually(() => reports('b') >= frame, 5000);
        gapMs = Math.max(gapMs, performance.now() - lastAt);
        lastAt = performance.now();
      }
      expect(restarted).toEqual(['a']);
      expect(gapMs).toBeLessThan(1000);
      push('a');
      await eventually(() => seen.a?.filter((count) => count === 1).length === 2, 5000);
      expect(new Set(seen.b).size).toBe(seen.b?.length);
    },
    30_000,
  );

  test('says how much memory its threads use, and how many tensors there are', async () => {
    pool = await createPool(2);
    await eventually(() => pool.usage.tensors === 14);
    expect(pool.usage.heapBytes).toBeGreaterThan(1_000_000);
  });

  test('gives a stream a new analyzer when the old one throws, and leaves the others alone', async () => {
    pool = await createPool(1);
    pool.open('a', 'both');
    pool.open('b', 'both');
    push('a');
    push('b');
    await eventually(() => reports('a') === 1 && reports('b') === 1);
    push('a', 'throw');
    await eventually(() => restarted.length === 1);
    push('a');
    push('b');
    await eventually(() => reports('a') === 2 && reports('b') === 2);
    expect(seen).toEqual({ a: [1, 1], b: [1, 2] });
    expect(pool.restarts).toBe(0);
  });

  test('ignores frames of a stream that was closed', async () => {
    pool = await createPool(1);
    pool.open('a', 'both');
    pool.closeStream('a');
    push('a');
    expect(buffers.free).toBe(1);
    expect(pool.statisticsOf('a')).toBeUndefined();
  });

  test('does not take a thread that is behind for one that hangs', async () => {
    pool = await createPool(1);
    for (const stream of ['a', 'b', 'c', 'd']) {
      pool.open(stream, 'both');
      for (let frame = 0; frame < MAX_QUEUED_FRAMES; frame++) push(stream, 'dawdle');
    }
    await eventually(() => order.length === 4 * MAX_QUEUED_FRAMES);
    expect(pool.restarts).toBe(0);
  }, 30_000);

  test('does not take a thread that was long in loading for one that hangs', async () => {
    pool = await createPool(1, './testing/slow-thread.ts');
    pool.open('a', 'both');
    push('a');
    await eventually(() => reports('a') === 1);
    expect(pool.restarts).toBe(0);
  }, 15_000);

  test('says why when its threads cannot be started', async () => {
    pool = await createPool(1);
    await expect(createPool(2, './testing/broken-thread.ts')).rejects.toThrow('the model is missing');
  });
});
