import type { secondFactorSchema, Session, SessionStatus } from '@haven/protocol';
import type { z } from 'zod';
import type { UserPrincipal } from './access.ts';

/** What signed-in users do with their own session and account. All of it but {@link Accounts.unlock} keeps it as it is. */
export interface Accounts {
  /** Also of a locked session. @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED */
  status(principal: UserPrincipal): SessionStatus;
  /** Somebody used the session just now. @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED, SESSION_LOCKED */
  use(principal: UserPrincipal): Promise<SessionStatus>;
  /**
   * Unlocks the session.
   * @param address from which it is asked
   * @throws HavenError WRONG_PASSWORD, ACCOUNT_LOCKED, RATE_LIMITED, TOKEN_EXPIRED, TOKEN_REVOKED, STORAGE_UNAVAILABLE
   */
  unlock(principal: UserPrincipal, password: string, address: string): Promise<void>;
  /**
   * The user's other sessions end.
   * @throws HavenError as {@link unlock} does, PASSWORD_WEAK, SESSION_LOCKED
   */
  changePassword(
    principal: UserPrincipal,
    passwords: { current: string; next: string },
    address: string,
  ): Promise<void>;

  /** Whose account it is, for the audit trail. @throws HavenError STORAGE_UNAVAILABLE */
  userIdOf(email: string): Promise<string | undefined>;

  /** Begins to add one. @throws HavenError NOT_FOUND where the account system offers none, ALREADY_DONE */
  beginSecondFactor(principal: UserPrincipal): Promise<z.infer<typeof secondFactorSchema>>;
  /**
   * The first code: from now on signing in asks for one. The user's other sessions end, and this one gets new tokens.
   * @throws HavenError WRONG_CODE, NOT_FOUND
   */
  confirmSecondFactor(principal: UserPrincipal, factorId: string, code: string): Promise<Session>;
  /** @throws HavenError as {@link unlock} does, NOT_FOUND, SESSION_LOCKED */
  removeSecondFactor(principal: UserPrincipal, password: string, address: string): Promise<void>;
}
