import type { AuditEntry } from '../records/records.ts';

/** As long as the same refusals share a line, ms. */
const WINDOW_MS = 60_000;
/** Different refusals of one source that get a line each in a window; what follows is counted together. */
const LINES_OF_SOURCE = 20;
/** Sources at a time: together they can write some 4,000 lines a minute, 2.5 MB. Further ones count as one. */
const MAX_SOURCES = 100;
const SEVERAL = 'several';

type Counted = { entry: AuditEntry; more: number };
type Window = { endsAt: number; lines: Map<string, Counted> };

/**
 * Keeps refusals from filling the disk. The first of its kind is written at once; the same again within a minute is
 * counted, and a line with the count follows. Whatever was done passes unchanged.
 */
export class RefusalLimiter {
  readonly #write: (entry: AuditEntry) => Promise<void>;
  readonly #clock: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(write: (entry: AuditEntry) => Promise<void>, clock: () => number) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Resolves when the entry is kept, or counted. */
  async add(entry: AuditEntry): Promise<void> {
    if (entry.result !== 'refused') return this.#write(entry);
    const { lines } = this.#windowOf(`${entry.address ?? ''} ${entry.actor}`);
    const room = lines.size < LINES_OF_SOURCE || lines.has(keyOf(entry));
    const kept = room ? entry : { ...entry, action: SEVERAL, subject: SEVERAL };
    const counted = lines.get(keyOf(kept));
    if (counted !== undefined) {
      counted.more += 1;
      counted.entry.at = entry.at;
      return;
    }
    lines.set(keyOf(kept), { entry: { ...kept }, more: 0 });
    return this.#write(kept);
  }

  /** Writes the counts of windows that have ended; of all, at the end. */
  async flush(all = false): Promise<void> {
    const now = this.#clock();
    const counted: AuditEntry[] = [];
    for (const [source, { endsAt, lines }] of this.#windows) {
      if (!all && endsAt > now) continue;
      this.#windows.delete(source);
      for (const { entry, more } of lines.values()) if (more > 0) counted.push({ ...entry, count: more });
    }
    await Promise.all(counted.map((entry) => this.#write(entry)));
  }

  #windowOf(source: string): Window {
    const known = this.#windows.get(source);
    if (known !== undefined) return known;
    const name = this.#windows.size < MAX_SOURCES ? source : SEVERAL;
    const window = this.#windows.get(name) ?? { endsAt: this.#clock() + WINDOW_MS, lines: new Map() };
    this.#windows.set(name, window);
    return window;
  }
}

function keyOf({ actor, action, subject, code }: AuditEntry): string {
  return JSON.stringify(action === SEVERAL ? [action, code] : [actor, action, subject, code]);
}
