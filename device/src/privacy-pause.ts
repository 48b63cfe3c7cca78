import { randomUUID } from 'node:crypto';
import { MAX_PRIVACY_MINUTES, type Privacy } from '@haven/protocol';
import type { SignallingClient } from './signalling-client.ts';

/** A pause that is asked for at the bedside without a screen: for whom, and how long, min. */
const ASKED_FOR = { reason: 'wish', minutes: 15 } as const;
const LONGEST_MS = MAX_PRIVACY_MINUTES * 60_000;
/** How often it is looked whether a pause is over, ms. */
const LOOK_MS = 500;

type Parts = {
  signalling: Pick<SignallingClient, 'connected' | 'request'>;
  /** The stream that is published now. */
  streamId: () => string | undefined;
  /** A pause began or ended. */
  onChange: (paused: boolean) => void;
};

/**
 * The pause of the picture as the device has it: begun by the server's word or here, at once, whether or not the server
 * can be reached. The server ends it; while it cannot be reached, the device's own clock does.
 */
export class PrivacyPause {
  readonly #parts: Parts;
  readonly #looking: NodeJS.Timeout;
  #privacy: Privacy | null = null;
  /** By the monotonic clock, ms. */
  #endsAt = 0;
  /** What was asked for here and the server does not know yet. */
  #untold: { pause: typeof ASKED_FOR | null } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#looking.unref();
  }

  get running(): boolean {
    return this.#privacy !== null;
  }

  /** What `publish:start` carries. */
  get toBring(): Privacy | null {
    return this.#privacy;
  }

  /** What `publish:start` answered. */
  answered(privacy: Privacy | null): void {
    if (this.#untold === undefined) {
      if (privacy === null || privacy.since !== this.#privacy?.since) {
        this.#set(privacy, privacy === null ? 0 : privacy.until - Date.now());
      }
      return;
    }
    this.tell();
  }

  /** The server said so just now: no difference of clocks makes a pause longer or shorter. */
  told(privacy: Privacy | null): void {
    if (this.#untold === undefined) this.#set(privacy, privacy === null ? 0 : privacy.until - privacy.since);
  }

  /** Somebody at the bedside asks for privacy, or (while it runs) for its end. */
  toggle(): void {
    const since = Date.now();
    const lastsMs = ASKED_FOR.minutes * 60_000;
    if (this.running) {
      this.#untold = { pause: null };
      this.#set(null, 0);
    } else {
      this.#untold = { pause: ASKED_FOR };
      this.#set({ reason: ASKED_FOR.reason, by: 'bedside', since, until: since + lastsMs }, lastsMs);
    }
    this.tell();
  }

  /** Tells the server what was asked for here, if it does not know and can be reached. */
  tell(): void {
    const { signalling, streamId } = this.#parts;
    const untold = this.#untold;
    const stream = streamId();
    if (untold === undefined || stream === undefined || !signalling.connected) return;
    signalling.request('publish:privacy', { requestId: randomUUID(), streamId: stream, ...untold }).then(
      ({ privacy }) => {
        if (this.#untold !== untold) return;
        this.#untold = undefined;
        this.told(privacy);
      },
      // The picture is paused here all the same; the server is told when it can be reached again.
      () => undefined,
    );
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    if (this.running && performance.now() >= this.#endsAt && !this.#parts.signalling.connected) {
      this.#set(null, 0);
    }
  }

  #set(privacy: Privacy | null, leftMs: number): void {
    const before = this.running;
    this.#privacy = privacy;
    this.#endsAt = performance.now() + Math.min(Math.max(leftMs, 0), LONGEST_MS);
    if (before !== this.running) this.#parts.onChange(this.running);
  }
}
