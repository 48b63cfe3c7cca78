/** Everybody was asked to move on within half of a drain, and within this time, ms: nobody waits for the last minute. */
const MOVED_WITHIN_MS = 20_000;

/** The part of a Socket.IO socket that matters here. */
export type MovableSocket = { readonly connected: boolean; readonly conn: { close(): unknown } };

/**
 * Sends the clients of a node that is being drained on to other nodes, a few each second: their connection is closed as
 * a network would close it, so that they come back by themselves, which a balancer makes another node of. Their media
 * go on until they are there.
 */
export class MoveOn {
  #left: MovableSocket[] = [];
  #endsAt = 0;

  /** @param sockets in the order in which they are to move @param deadline of the drain, ms since the epoch */
  begin(sockets: readonly MovableSocket[], now: number, deadline: number): void {
    this.#left = [...sockets];
    this.#endsAt = now + Math.min((deadline - now) / 2, MOVED_WITHIN_MS);
  }

  cancel(): void {
    this.#left = [];
  }

  /** To be called each second. Who comes back to this node is not asked again. */
  next(now: number): void {
    const seconds = Math.max(1, (this.#endsAt - now) / 1000);
    for (const { connected, conn } of this.#left.splice(0, Math.ceil(this.#left.length / seconds)))
      if (connected) conn.close();
  }
}
