import { HavenError } from '@haven/protocol';

/** By then, ms, what a user left without a word is given up. */
const RETRY_AFTER_MS = 30_000;

/** Places of which each user may hold some at a time, so that nobody takes all that there are. */
export class UserPlaces {
  readonly #limit: number;
  readonly #refused: () => void;
  readonly #taken = new Map<string, number>();

  /** @param refused told of each refusal */
  constructor(limit: number, refused: () => void) {
    this.#limit = limit;
    this.#refused = refused;
  }

  /**
   * @returns gives the place back; calling it again changes nothing
   * @throws HavenError RATE_LIMITED when the user holds as many as one may
   */
  take(user: string): () => void {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= this.#limit) {
      this.#refused();
      throw new HavenError('RATE_LIMITED', `One user may play ${this.#limit} streams at a time.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.#taken.set(user, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release(user);
    };
  }

  #release(user: string): void {
    const left = (this.#taken.get(user) ?? 1) - 1;
    if (left === 0) this.#taken.delete(user);
    else this.#taken.set(user, left);
  }
}
