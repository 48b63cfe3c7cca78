/** The longest that a drain may be asked to take, s. */
export const LONGEST_DRAIN_S = 3600;

/** `begun`: those who were there may return. `over`: the deadline has come, and nobody may. */
export type DrainStage = 'none' | 'begun' | 'over';

type Options = {
  clock: () => number;
  /** It began, was taken back, or got another deadline (ms since the epoch; null: it was taken back). */
  changed: (deadline: number | null) => void;
  /** The deadline has come: whoever is still there is to be sent away. */
  over: () => void;
};

/** Taking a node out of service: no new sessions, and those that run end at a deadline. It can be taken back. */
export class Drain {
  readonly #options: Options;
  #deadline: number | null = null;
  #over = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** When the sessions that are left end, ms since the epoch; null while the node takes new ones. */
  get deadline(): number | null {
    return this.#deadline;
  }

  /** Whether the deadline has come. */
  get over(): boolean {
    return this.#over;
  }

  get active(): boolean {
    return this.#deadline !== null;
  }

  get stage(): DrainStage {
    if (!this.active) return 'none';
    return this.#over ? 'over' : 'begun';
  }

  /** Again: sets another deadline. @param withinMs 0: at once */
  start(withinMs: number): void {
    this.#deadline = this.#options.clock() + withinMs;
    this.#over = false;
    this.#options.changed(this.#deadline);
    this.examine();
  }

  /** New sessions are taken again. @returns whether there was anything to take back */
  cancel(): boolean {
    if (this.#deadline === null) return false;
    this.#deadline = null;
    this.#over = false;
    this.#options.changed(null);
    return true;
  }

  /** To be called about once a second. */
  examine(): void {
    if (this.#deadline === null || this.#over || this.#options.clock() < this.#deadline) return;
    this.#over = true;
    this.#options.over();
  }
}
