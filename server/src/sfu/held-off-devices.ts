import { HavenError } from '@haven/protocol';

/** So long, ms, a device does not publish that sent too much: one that goes on sends a small part of the time. */
export const HOLD_OFF_MS = 60_000;

/** Devices that sent far more than they may, until each may try again. */
export class HeldOffDevices {
  readonly #clock: () => number;
  readonly #until = new Map<string, number>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  hold(deviceId: string): void {
    const now = this.#clock();
    for (const [held, until] of this.#until) if (until <= now) this.#until.delete(held);
    this.#until.set(deviceId, now + HOLD_OFF_MS);
  }

  /** @throws HavenError BITRATE_EXCEEDED */
  assertFree(deviceId: string): void {
    const retryAfterMs = (this.#until.get(deviceId) ?? 0) - this.#clock();
    if (retryAfterMs > 0) throw new HavenError('BITRATE_EXCEEDED', undefined, { retryAfterMs });
  }
}
