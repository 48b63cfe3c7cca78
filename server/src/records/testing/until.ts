const POLL_MS = 25;

/** Waits until an answer satisfies a condition. @returns that answer */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`did not happen in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
