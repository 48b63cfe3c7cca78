import type { Patient, Room } from '@haven/protocol';

/** Who lies where: all rooms, and all patients who are there. */
export type Directory = { rooms: readonly Room[]; patients: readonly Patient[] };

/**
 * Keeps a directory for a short while, so that not every question reaches the store. Never throws: a cache that is
 * away has nothing.
 */
export interface DirectoryCache {
  /** Value of the metrics' label `cache`. */
  readonly name: string;
  /** Whether it answers; left out by one that cannot be away. */
  readonly reachable?: boolean;
  get(): Promise<Directory | undefined>;
  put(directory: Directory): Promise<void>;
  close(): Promise<void>;
}

/** The one that is always there: this process's own. */
export class ProcessDirectoryCache implements DirectoryCache {
  readonly name = 'process';
  readonly #ttlMs: number;
  readonly #clock: () => number;
  #kept: { directory: Directory; at: number } | undefined;

  constructor(ttlMs: number, clock: () => number) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  get(): Promise<Directory | undefined> {
    const age = this.#kept === undefined ? Infinity : this.#clock() - this.#kept.at;
    // A clock that was set back makes an entry of the future, which would stay.
    return Promise.resolve(age >= 0 && age < this.#ttlMs ? this.#kept?.directory : undefined);
  }

  put(directory: Directory): Promise<void> {
    this.#kept = { directory, at: this.#clock() };
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#kept = undefined;
    return Promise.resolve();
  }
}
