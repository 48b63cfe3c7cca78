/** Over so long, ms, a bitrate is taken: a key frame, or what a lossy link made a sender repeat, is no matter then. */
export const SUSTAINED_MS = 5_000;

/** All bytes until a moment, ms of any clock that does not go backwards. */
type Received = { receivedBytes: number; readAt: number };

/** The mean bitrate of a peer over one stretch of time after another, however often it is read. */
export class SustainedBitrate {
  #begin: Received | undefined;

  /** @returns bit/s of the stretch that ends with this reading; undefined while it is too short */
  read(received: Received): number | undefined {
    const begin = (this.#begin ??= received);
    const ms = received.readAt - begin.readAt;
    if (ms < SUSTAINED_MS) return undefined;
    this.#begin = received;
    return (8_000 * (received.receivedBytes - begin.receivedBytes)) / ms;
  }
}
