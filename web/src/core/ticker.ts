/** Calls its listener about twice a second, in a background tab too. */
export type Ticker = {
  onTick: (listener: () => void) => () => void;
  close: () => void;
};

export function createWorkerTicker(): Ticker {
  const worker = new Worker(new URL('./ticker.worker.ts', import.meta.url), { type: 'module' });
  const listeners = new Set<() => void>();
  worker.addEventListener('message', () => {
    for (const listener of [...listeners]) listener();
  });
  return {
    onTick: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      listeners.clear();
      worker.terminate();
    },
  };
}
