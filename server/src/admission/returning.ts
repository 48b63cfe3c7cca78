import { createHash } from 'node:crypto';

/** Whoever lost a session may return to it for so long, ms. */
export const RETURN_WITHIN_MS = 30_000;
/** Beyond as many the oldest of those who left is forgotten: several times the connections that a node holds. */
const MOST_REMEMBERED = 4096;

/**
 * Knows by their tokens those who have a session, or had one just now. It tells them from newcomers before a token is
 * verified, at the cost of one hash; what a token is worth is found out afterwards.
 */
export class Returning {
  readonly #clock: () => number;
  /** Sessions of each token, by its hash; `leftAt` when the last of them ended. */
  readonly #known = new Map<string, { sessions: number; leftAt: number | null }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  has(token: string): boolean {
    const known = this.#known.get(hashOf(token));
    return known !== undefined && (known.leftAt === null || this.#clock() - known.leftAt <= RETURN_WITHIN_MS);
  }

  /** Whoever was sent away is a newcomer again, unless another session goes on with the same token. */
  forget(token: string): void {
    const hash = hashOf(token);
    if (this.#known.get(hash)?.sessions === 0) this.#known.delete(hash);
  }

  /** A session began, or goes on with a newer token. @returns to be called when it ended */
  entered(token: string): () => void {
    const hash = hashOf(token);
    const known = this.#known.get(hash) ?? { sessions: 0, leftAt: null };
    this.#known.delete(hash);
    this.#known.set(hash, known);
    known.sessions += 1;
    known.leftAt = null;
    if (this.#known.size > MOST_REMEMBERED) this.#forgetOldest();
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      known.sessions -= 1;
      if (known.sessions === 0) known.leftAt = this.#clock();
    };
  }

  /** Of those who left: a device that stays for weeks is no newcomer when its connection breaks. */
  #forgetOldest(): void {
    for (const [hash, { sessions }] of this.#known) {
      if (sessions > 0) continue;
      this.#known.delete(hash);
      return;
    }
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
