import type { Histogram, Telemetry } from '../telemetry/telemetry.ts';

/** At most one measurement of a connection within this time, ms: hundreds of viewers must not make it dear. */
const EVERY_MS = 1000;

/** The part of an Engine.IO connection that tells when messages leave. */
type Connection = {
  readonly transport: { once(event: 'drain', listener: () => void): unknown };
  on(event: 'flush', listener: () => void): unknown;
};

/** How long messages take from being handed to a connection until the kernel has taken them. */
export class SendMetrics {
  readonly #durations: Histogram;

  constructor(telemetry: Telemetry) {
    this.#durations = telemetry.histogram(
      'haven_websocket_send_duration_seconds',
      'From handing messages to a connection until they have left, sampled once a second a connection',
      's',
      [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    );
  }

  follow({ conn }: { conn: Connection }): void {
    let measuredAt = Number.NEGATIVE_INFINITY;
    conn.on('flush', () => {
      const startedAt = performance.now();
      if (startedAt - measuredAt < EVERY_MS) return;
      measuredAt = startedAt;
      conn.transport.once('drain', () => this.#durations.record((performance.now() - startedAt) / 1000));
    });
  }
}
