import { randomUUID } from 'node:crypto';
import type { Alert } from '@haven/protocol';
import type { MonitorClient } from './monitor-client.ts';

const LOOK_AGAIN_MS = 1_000;

/** Remembers every version of every alert that a monitor was shown, and acknowledges what it sees. */
export class AlertWitness {
  readonly versions = new Map<string, Set<number>>();
  readonly raised: { alert: Alert; receivedAt: number }[] = [];
  /** Alerts whose acknowledgement the server has confirmed. */
  readonly acknowledged = new Set<string>();
  readonly #monitor: MonitorClient;
  readonly #asked = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(monitor: MonitorClient) {
    this.#monitor = monitor;
    monitor.socket.on('alert', (alert) => this.#see(alert));
    // A snapshot after a lost connection brings alerts without an event of their own.
    this.#timer = setInterval(() => monitor.alerts.forEach((alert) => this.#see(alert)), LOOK_AGAIN_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #see(alert: Alert): void {
    const seen = this.versions.get(alert.id) ?? new Set();
    if (seen.size === 0) this.raised.push({ alert, receivedAt: Date.now() });
    this.versions.set(alert.id, seen.add(alert.version));
    if (alert.acknowledgement === null && !this.#asked.has(alert.id)) void this.#acknowledge(alert.id);
  }

  async #acknowledge(alertId: string): Promise<void> {
    this.#asked.add(alertId);
    try {
      const request = { requestId: randomUUID(), alertId };
      const { acknowledgement } = await this.#monitor.request('alert:acknowledge', request);
      // An alert that ended meanwhile by itself is given back as it ended.
      if (acknowledgement !== null) this.acknowledged.add(alertId);
    } catch {
      // Not confirmed, so nothing is owed; it is acknowledged again.
      this.#asked.delete(alertId);
    }
  }
}
