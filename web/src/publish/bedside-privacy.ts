import {
  MAX_PRIVACY_MINUTES,
  privacySchema,
  uuidSchema,
  type Privacy,
  type PrivacyReason,
} from '@haven/protocol';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { Store, type Readable } from '../core/store.ts';
import type { DeviceConnection } from './publisher.ts';

const KEY = 'haven.device-privacy';
const LONGEST_MS = MAX_PRIVACY_MINUTES * 60_000;
/** How often it is looked whether a pause is over, ms. */
const LOOK_MS = 500;

const eventSchema = z.object({ streamId: uuidSchema, privacy: privacySchema.nullable() });

/** `endsAt`: by the clock of this page, ms. */
export type RunningPrivacy = { privacy: Privacy; endsAt: number };

export type PauseStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type Parts = {
  connection: DeviceConnection;
  /** The stream that is published now. */
  streamId: () => string | null;
  now: Clock;
  /** Where a pause outlives a reload of the page. */
  storage: PauseStorage;
};

/**
 * The pause of the picture as the bedside has it. It begins here at once, whether or not the server can be reached;
 * the server says when it ends, and while it cannot be reached this page's own clock does. A reload of the page does
 * not end it.
 */
export class BedsidePrivacy {
  readonly #parts: Parts;
  readonly #state: Store<RunningPrivacy | null>;
  readonly #looking: ReturnType<typeof setInterval>;
  /** What was asked for here and the server does not know yet. */
  #untold: { pause: { reason: PrivacyReason; minutes: number } | null } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    const kept = readKept(parts.storage);
    this.#state = new Store(kept === null ? null : this.#running(kept, kept.until - Date.now()));
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    parts.connection.on('stream:privacy', eventSchema, ({ streamId, privacy }) => {
      if (streamId !== parts.streamId() || this.#untold !== null) return;
      // It begins when it is told: no difference of clocks makes it longer or shorter.
      this.#set(privacy, privacy === null ? 0 : privacy.until - privacy.since);
    });
  }

  get state(): Readable<RunningPrivacy | null> {
    return this.#state;
  }

  /** What `publish:start` carries. */
  get toBring(): Privacy | null {
    return this.#state.get()?.privacy ?? null;
  }

  /** What `publish:start` answered: the server knows of everything until then. */
  answered(privacy: Privacy | null): void {
    if (this.#untold !== null) {
      void this.#tell();
      return;
    }
    const known = this.#state.get();
    if (privacy !== null && known?.privacy.since === privacy.since) return;
    this.#set(privacy, privacy === null ? 0 : privacy.until - Date.now());
  }

  /** The connection came back with the stream that ran: what was asked for meanwhile is told. */
  reconnected(): void {
    if (this.#untold !== null) void this.#tell();
  }

  /** Pauses the picture, or makes the pause that runs last that long from now on. */
  pause(reason: PrivacyReason, minutes: number): void {
    const since = Date.now();
    this.#set({ reason, by: 'bedside', since, until: since + minutes * 60_000 }, minutes * 60_000);
    this.#untold = { pause: { reason, minutes } };
    void this.#tell();
  }

  /** The picture goes on. */
  resume(): void {
    this.#set(null, 0);
    this.#untold = { pause: null };
    void this.#tell();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  async #tell(): Promise<void> {
    const { connection } = this.#parts;
    const streamId = this.#parts.streamId();
    const untold = this.#untold;
    if (untold === null || streamId === null || connection.status.get().kind !== 'connected') return;
    try {
      const requestId = crypto.randomUUID();
      const { privacy } = await connection.request('publish:privacy', { requestId, streamId, ...untold });
      if (this.#untold !== untold) return;
      this.#untold = null;
      this.#set(privacy, privacy === null ? 0 : privacy.until - privacy.since);
    } catch {
      // The picture is paused here all the same; the server is told when it can be reached again.
    }
  }

  #look(): void {
    const state = this.#state.get();
    if (state === null || this.#parts.now() < state.endsAt) return;
    const connected = this.#parts.connection.status.get().kind === 'connected';
    if (!connected) this.#set(null, 0);
  }

  #set(privacy: Privacy | null, leftMs: number): void {
    if (privacy === null) this.#parts.storage.removeItem(KEY);
    else this.#parts.storage.setItem(KEY, JSON.stringify(privacy));
    this.#state.set(privacy === null ? null : this.#running(privacy, leftMs));
  }

  #running(privacy: Privacy, leftMs: number): RunningPrivacy {
    return { privacy, endsAt: this.#parts.now() + Math.min(Math.max(leftMs, 0), LONGEST_MS) };
  }
}

/** The pause that ran when this tab was last loaded, if it still does. */
export function readKept(storage: PauseStorage): Privacy | null {
  try {
    const kept = privacySchema.parse(JSON.parse(storage.getItem(KEY) ?? 'null'));
    return kept.until > Date.now() ? kept : null;
  } catch {
    return null;
  }
}
