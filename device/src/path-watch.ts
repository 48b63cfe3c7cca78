import { HavenError } from '@haven/protocol';

/** The SFU reports each second: so long a silence means that the path is dead, long before ICE consent expires, ms. */
export const SILENCE_MS = 6000;
/** After a restart of ICE a report must come within this time, ms. */
export const PATIENCE_MS = 5000;
/** Restarts in a row that brought nothing: then a path of its own is tried. */
const MAX_RESTARTS = 2;

export type PathWatchParts = {
  /** The machine's network addresses, as one text. */
  addresses: () => string;
  /** Whether the server can be asked. */
  connected: () => boolean;
  /** Restarts ICE. @throws HavenError of the server, Error when no path is found */
  restart: () => Promise<void>;
  /** The transport is beyond repair. */
  giveUp: () => void;
};

/**
 * Watches over the path to the SFU: after a change of network, a word of ICE's or a silence it has ICE restarted, and
 * gives the path up where that does not help. Without signalling it waits. Times in ms.
 */
export class PathWatch {
  readonly #parts: PathWatchParts;
  #addresses: string;
  #heardAt: number;
  #restartedAt = -Infinity;
  #restarts = 0;
  #restarting = false;
  #due = false;

  constructor(parts: PathWatchParts, now: number) {
    this.#parts = parts;
    this.#addresses = parts.addresses();
    this.#heardAt = now;
  }

  /** The SFU said something. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#restarts = 0;
  }

  /** ICE says that the path is gone. */
  broke(): void {
    if (!this.#restarting) this.#due = true;
  }

  /** To be called about once a second. */
  look(now: number): void {
    const addresses = this.#parts.addresses();
    if (addresses !== this.#addresses) {
      this.#addresses = addresses;
      this.#restarts = 0;
      this.#due = true;
    }
    const silent = now - this.#heardAt > SILENCE_MS && now - this.#restartedAt > PATIENCE_MS;
    if (this.#restarting || !(this.#due || silent) || !this.#parts.connected()) return;
    if (this.#restarts >= MAX_RESTARTS) this.#parts.giveUp();
    else void this.#restart(now);
  }

  async #restart(now: number): Promise<void> {
    this.#due = false;
    this.#restarting = true;
    this.#restarts += 1;
    this.#restartedAt = now;
    try {
      await this.#parts.restart();
    } catch (error) {
      if (!(error instanceof HavenError)) {
        this.#due = true;
      } else if (error.code === 'TIMEOUT') {
        // Nobody heard of it: the connection has gone the way of the path.
        this.#due = true;
        this.#restarts -= 1;
      } else {
        this.#parts.giveUp();
      }
    } finally {
      this.#restarting = false;
    }
  }
}
