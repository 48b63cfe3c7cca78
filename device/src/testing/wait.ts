import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Waits until something is there.
 * @throws Error when it is not within the time
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(POLL_MS);
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}
