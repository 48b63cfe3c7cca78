import { afterEach, expect, test } from '@jest/globals';
import { MachineMeter } from './machine-meter.ts';

let meter: MachineMeter | undefined;
afterEach(() => meter?.close());

/** Keeps one core busy, and the event loop waiting, for this long, ms. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Until the event loop was looked at once. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

test('the load tells a main thread that works from one that waits, and adds up what is Haven’s own', async () => {
  meter = new MachineMeter(() => [0.25, 0.5]);
  await meter.read();
  await pause();
  block(200);
  await pause();
  const load = await meter.read();
  expect(load.mainThread).toBeGreaterThan(0.05);
  expect(load.eventLoopDelayMs).toBeGreaterThan(100);
  expect(load.busiestMediaWorker).toBe(0.5);
  expect(load.ownProcessor).toBeGreaterThan(0);
  for (const share of [load.processor, load.memory]) {
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1);
  }
});
