/** Milliseconds since the Unix epoch. */
export type Clock = () => number;

/** A clock that never jumps when somebody sets the computer's: ages measured with it stay true. */
export const steadyNow: Clock = () => performance.timeOrigin + performance.now();

/** How many heartbeats the estimate looks back on: long enough to hold an undelayed one, short enough to follow drift. */
const SAMPLES = 15;

/** The server's clock, estimated from its heartbeats: the least delayed of the last ones tells the offset. */
export class ServerClock {
  readonly #local: Clock;
  readonly #offsets: number[] = [];

  constructor(local: Clock) {
    this.#local = local;
  }

  /** @param serverTime what the server's clock said when it sent the message that arrives now */
  observe(serverTime: number): void {
    this.#offsets.push(serverTime - this.#local());
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
  }

  now(): number {
    const offset = this.#offsets.length === 0 ? 0 : Math.max(...this.#offsets);
    return this.#local() + offset;
  }
}
