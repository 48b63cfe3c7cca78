import { HavenError } from '@haven/protocol';

/** Answers kept a session: a client retries within seconds, long before it makes as many other requests. */
const MAX_ANSWERS = 100;

type Kept = { name: string; answer: Promise<unknown> };

/**
 * Makes requests idempotent by their key: a repetition gets the first answer, also while that is still being worked
 * on. A failure is forgotten, so that a retry tries again.
 */
export class AnswerCache {
  readonly #kept = new Map<string, Kept>();

  /** @throws HavenError INVALID_REQUEST when the key belongs to another request */
  run(requestId: string, name: string, work: () => Promise<unknown>): Promise<unknown> {
    const kept = this.#kept.get(requestId);
    if (kept !== undefined) {
      if (kept.name !== name) {
        throw new HavenError('INVALID_REQUEST', 'This requestId was used for another request.');
      }
      return kept.answer;
    }
    const answer = work();
    this.#kept.set(requestId, { name, answer });
    answer.catch(() => this.#kept.delete(requestId));
    this.#forgetOldest();
    return answer;
  }

  #forgetOldest(): void {
    if (this.#kept.size <= MAX_ANSWERS) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
