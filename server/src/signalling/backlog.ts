/** Messages that may wait for one viewer: about two seconds of a full wall. */
export const MAX_WAITING_MESSAGES = 200;

/** The part of an Engine.IO connection that tells what waits to be sent. */
type Connection = {
  on(event: 'packetCreate' | 'flush' | 'close', listener: () => void): unknown;
};

/**
 * Knows the viewers that cannot keep up. Socket.IO's `volatile` drops a message already when another was sent in the
 * same tick, so that of the vitals of a whole room only the first patient's would arrive.
 */
export class Backlog {
  readonly #slow = new Set<string>();

  /** Ids of the sockets for which too much waits. */
  get slow(): ReadonlySet<string> {
    return this.#slow;
  }

  follow({ id, conn }: { id: string; conn: Connection }): void {
    let waiting = 0;
    conn.on('packetCreate', () => {
      waiting += 1;
      if (waiting > MAX_WAITING_MESSAGES) this.#slow.add(id);
    });
    conn.on('flush', () => {
      waiting = 0;
      this.#slow.delete(id);
    });
    conn.on('close', () => this.#slow.delete(id));
  }
}
