import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The embedded stack prints database errors, and PostgreSQL's errors quote the row that failed: patients' names would
 * reach the log. Whatever is printed within {@link withoutPrinting} is dropped instead; its error still reaches the
 * caller as an answer.
 */
const quiet = new AsyncLocalStorage<true>();
let installed = false;

export function withoutPrinting<T>(run: () => T): T {
  install();
  return quiet.run(true, run);
}

function install(): void {
  if (installed) return;
  installed = true;
  for (const method of ['error', 'warn', 'log', 'info', 'debug'] as const) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      if (quiet.getStore() !== true) print(...values);
    };
  }
}
