import { randomUUID } from 'node:crypto';
import { HavenError, type ErrorCode } from '@haven/protocol';
import type { Access, UserPrincipal } from '../access/access.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Player } from '../sfu/player.ts';
import type { OfferedSection } from './sdp/offer.ts';
import type { MediaSession } from './session-book.ts';

type Parts = {
  access: Pick<Access, 'authorize'>;
  audit: AuditTrail;
  clock: () => number;
  /** The session goes on under this token: who returns brings it. Returns what is to be called when it does no more. */
  entered: (token: string) => () => void;
};

/** A user who plays one patient's stream over WHEP, for as long as the user may watch the patient's room. */
export class WhepSession implements MediaSession {
  readonly id = randomUUID();
  readonly section: OfferedSection;
  readonly #player: Player;
  readonly #actor: Actor;
  readonly #parts: Parts;
  #principal: UserPrincipal;
  #leaveToken: () => void;

  constructor(
    player: Player,
    section: OfferedSection,
    { principal, actor }: { principal: UserPrincipal; actor: Actor },
    parts: Parts,
  ) {
    this.#player = player;
    this.section = section;
    this.#principal = principal;
    this.#actor = actor;
    this.#parts = parts;
    this.#leaveToken = parts.entered(principal.accessToken);
  }

  get owner(): string {
    return this.#actor.name;
  }

  get transport(): Player['transportOptions'] {
    return this.#player.transportOptions;
  }

  restartIce(): Promise<unknown> {
    return this.#player.restartIce();
  }

  stop(): void {
    this.#player.close();
  }

  /** The owner showed a newer token of the same session: it goes on for as long as that one. */
  renew(principal: UserPrincipal): void {
    if (principal.expiresAt <= this.#principal.expiresAt) return;
    this.#principal = principal;
    this.#leaveToken();
    this.#leaveToken = this.#parts.entered(principal.accessToken);
  }

  /** To be called when it has ended. */
  left(): void {
    this.#leaveToken();
  }

  /** Ends it when the token's time is over, the session is locked, or the room was taken away. */
  recheck(): void {
    const { access, clock } = this.#parts;
    if (this.#principal.expiresAt <= clock()) {
      this.end('TOKEN_EXPIRED');
      return;
    }
    try {
      access.authorize(this.#principal, 'room:watch', this.#player.stream.identity.roomId);
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      this.end(error.code);
    }
  }

  end(code: ErrorCode): void {
    const { patientId } = this.#player.stream.identity;
    this.#parts.audit.refused(this.#actor, 'stream:watch', `patient:${patientId}`, code);
    this.#player.close();
  }
}
