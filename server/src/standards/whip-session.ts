import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '@haven/protocol';
import type { Access } from '../access/access.ts';
import { recheckPublisher, type Publisher } from '../signalling/publish-operation.ts';
import type { Stream } from '../sfu/stream.ts';
import type { OfferedSection } from './sdp/offer.ts';
import type { MediaSession } from './session-book.ts';

/**
 * A WHIP client has no connection whose end would tell that it is gone: without packets for so long, ms, its stream is
 * given up. Short enough that a replaced device can publish, long enough for a restart of ICE or of the client.
 */
export const GONE_AFTER_MS = 30_000;

type Parts = { access: Pick<Access, 'authorize'>; clock: () => number };

/** A device that publishes over WHIP: its stream, for as long as the device may publish it. */
export class WhipSession implements MediaSession {
  readonly id = randomUUID();
  readonly section: OfferedSection;
  readonly #publisher: Publisher;
  readonly #stream: Stream;
  readonly #parts: Parts;

  constructor(stream: Stream, publisher: Publisher, section: OfferedSection, parts: Parts) {
    this.#stream = stream;
    this.#publisher = publisher;
    this.section = section;
    this.#parts = parts;
  }

  get owner(): string {
    return this.#publisher.actor.name;
  }

  get deviceId(): string {
    return this.#publisher.principal.deviceId;
  }

  get transport(): Stream['transportOptions'] {
    return this.#stream.transportOptions;
  }

  restartIce(): Promise<unknown> {
    return this.#stream.restartIce();
  }

  stop(): void {
    this.#stream.end('device-stopped');
  }

  /** Rights that were taken away end the stream, and so does a long silence. */
  recheck(): void {
    const { access, clock } = this.#parts;
    recheckPublisher(access, this.#publisher.principal, this.#stream);
    const { lostSince } = this.#stream;
    if (lostSince !== null && clock() - lostSince >= GONE_AFTER_MS) this.#stream.end('device-lost');
  }

  /** The client finds its session gone, and publishes again when the server is back. */
  end(_code: ErrorCode): void {
    this.#stream.end('server-stopping');
  }
}
