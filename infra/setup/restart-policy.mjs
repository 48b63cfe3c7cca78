/**
 * The server ends with this code when starting it again cannot help: a wrong setting, a busy port, or a data
 * directory that another server uses.
 */
export const EXIT_DO_NOT_RESTART = 2;

/** Long enough for sockets to be free again, short enough that a ward hardly notices. */
const FIRST_DELAY_MS = 1_000;
/** A server that cannot start is tried often enough to be back soon after the cause is gone. */
const LONGEST_DELAY_MS = 30_000;
/** A server that ran this long had started well: what ended it is a new trouble. */
const STEADY_AFTER_MS = 60_000;

/**
 * How a process ended: one of the two is null.
 *
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} ProcessEnd
 */

/** Decides whether and when to start the server again. */
export class RestartPolicy {
  #nextDelayMs = FIRST_DELAY_MS;

  /**
   * @param {ProcessEnd} end
   * @param {number} uptimeMs
   * @returns {{ restartAfterMs: number } | { exitCode: number }}
   */
  afterEnd({ code }, uptimeMs) {
    if (code === 0 || code === EXIT_DO_NOT_RESTART) return { exitCode: code };
    if (uptimeMs >= STEADY_AFTER_MS) this.#nextDelayMs = FIRST_DELAY_MS;
    const restartAfterMs = this.#nextDelayMs;
    this.#nextDelayMs = Math.min(2 * restartAfterMs, LONGEST_DELAY_MS);
    return { restartAfterMs };
  }
}
