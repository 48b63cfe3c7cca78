/** Beyond the rate that is answered with RATE_LIMITED by this factor, a connection is cut. */
const FLOOD_FACTOR = 5;
const SECOND_MS = 1_000;

type Connection = {
  on(event: 'packet', listener: () => void): unknown;
  close(discard: boolean): unknown;
};

/**
 * Cuts a connection that sends far more than it may, whatever it sends: messages that ask for no answer, and those of
 * a namespace that it never entered, cost the server as well.
 */
export function boundMessages(connection: Connection, messagesPerSecond: number, onFlood: () => void): void {
  let since = performance.now();
  let count = 0;
  let flooded = false;
  connection.on('packet', () => {
    const now = performance.now();
    if (now - since >= SECOND_MS) {
      since = now;
      count = 0;
    }
    count += 1;
    if (flooded || count <= FLOOD_FACTOR * messagesPerSecond) return;
    flooded = true;
    onFlood();
    connection.close(true);
  });
}
