import type { IceParameters } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { UnreachableError } from '../core/sentences.ts';

/** How long ICE may be disconnected before it is restarted, ms: short interruptions mend themselves. */
const RESTART_AFTER_MS = 2000;
/** How long a restarted ICE may take before the transport is given up, ms. */
const GIVE_UP_AFTER_MS = 5000;

export type IceRepairParts = {
  transport: types.Transport;
  /** Has the server restart its side. */
  restart: () => Promise<IceParameters>;
  /** Restarting did not help: the transport has to be opened anew. */
  giveUp: (error: unknown) => void;
};

/**
 * Mends a transport whose path broke, by ICE restarts. Without signalling nothing can be restarted: it waits for
 * {@link signallingReturned}, since the path may return by itself before.
 */
export class IceRepair {
  readonly #parts: IceRepairParts;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  /** A restart could not be asked for: there was no signalling. */
  #due = false;
  #closed = false;

  constructor(parts: IceRepairParts) {
    this.#parts = parts;
    parts.transport.on('connectionstatechange', (state) => this.#stateChanged(state));
  }

  /** The browser has another network: the old path is gone, though ICE does not know yet. */
  networkChanged(): void {
    // Before the first connection there is nothing to restart.
    if (this.#parts.transport.connectionState !== 'new') void this.#restart();
  }

  signallingReturned(): void {
    const { connectionState } = this.#parts.transport;
    const broken = connectionState === 'disconnected' || connectionState === 'failed';
    if (broken || this.#due) void this.#restart();
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #stateChanged(state: types.ConnectionState): void {
    if (this.#closed) return;
    clearTimeout(this.#wait);
    if (state === 'connected') this.#forget();
    if (state === 'failed') void this.#restart();
    if (state === 'disconnected') this.#wait = setTimeout(() => void this.#restart(), RESTART_AFTER_MS);
  }

  async #restart(): Promise<void> {
    if (this.#closed) return;
    const { transport, restart, giveUp } = this.#parts;
    this.#forget();
    this.#due = false;
    try {
      const iceParameters = await restart();
      if (this.#isClosed()) return;
      await transport.restartIce({ iceParameters });
      if (this.#isClosed()) return;
      this.#deadline = setTimeout(() => {
        if (transport.connectionState !== 'connected') giveUp(null);
      }, GIVE_UP_AFTER_MS);
    } catch (error) {
      if (error instanceof UnreachableError) this.#due = true;
      else if (!this.#isClosed()) giveUp(error);
    }
  }

  /** Asked after each wait: it may have been closed meanwhile. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #forget(): void {
    clearTimeout(this.#wait);
    clearTimeout(this.#deadline);
  }
}
