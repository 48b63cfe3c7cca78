import type { Role, Session } from '@haven/protocol';
import type { Accounts } from './accounts.ts';
import type { EmergencyAccessDesk } from './break-glass/emergency-access.ts';

/** A signed-in person. Rights are looked up at every use: see {@link Access.rights}. */
export type UserPrincipal = {
  kind: 'user';
  userId: string;
  displayName: string;
  /** The Supabase access token, with which reads on the user's behalf are made under row-level security. */
  accessToken: string;
  /** End of the access token, ms since the epoch. */
  expiresAt: number;
};
/** `credential` is the hash of the token that it came with: after a rotation the old one is worth nothing. */
export type DevicePrincipal = { kind: 'device'; deviceId: string; patientId: string; credential: string };
export type CvWorkerPrincipal = { kind: 'cv-worker'; keyId: string; credential: string };
export type Principal = UserPrincipal | DevicePrincipal | CvWorkerPrincipal;

/** What a user may do now. */
export type Rights = { roles: ReadonlySet<Role>; roomIds: ReadonlySet<string> };

/** Everything that a role or a machine's token can allow; `access/matrix.ts` says which allows what. */
export type Action =
  | 'room:watch'
  | 'patient:read'
  | 'vitals:read'
  | 'alert:read'
  | 'alert:acknowledge'
  | 'alert:silence'
  | 'alarm:pause'
  | 'limits:read'
  | 'limits:change'
  | 'analysis:change'
  | 'privacy:change'
  | 'talk:start'
  | 'user:manage'
  | 'room:manage'
  | 'patient:manage'
  | 'device:manage'
  | 'cv-key:manage'
  | 'integrity:read'
  | 'operations:manage'
  | 'operations:read'
  | 'audit:read'
  | 'break-glass:start'
  | 'break-glass:review'
  | 'stream:publish'
  | 'stream:analyse';

/**
 * Who is it, and what may they do now. Rights come from a snapshot of roles, assignments, devices and keys that is
 * read anew every two seconds, so that what is taken away takes effect on running sessions ({@link onChange}).
 */
export interface Access {
  /** What users do with their own session and account. */
  readonly accounts: Accounts;
  readonly emergencyAccess: EmergencyAccessDesk;

  /**
   * Begins a session.
   * @param code of the second factor, where SECOND_FACTOR_REQUIRED asked for it
   * @throws HavenError WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, WRONG_CODE, ACCOUNT_LOCKED, RATE_LIMITED, FORBIDDEN
   * (a disabled account), STORAGE_UNAVAILABLE
   */
  signIn(email: string, password: string, address: string, code?: string): Promise<Session>;
  /**
   * New tokens of a session that goes on. It stays locked if it is; it never comes back when it has ended.
   * @throws HavenError TOKEN_EXPIRED, RATE_LIMITED, STORAGE_UNAVAILABLE
   */
  refresh(refreshToken: string, address: string): Promise<Session>;
  signOut(principal: UserPrincipal): Promise<void>;

  /** @throws HavenError UNAUTHENTICATED, TOKEN_EXPIRED, TOKEN_REVOKED */
  authenticateUser(accessToken: string): Promise<UserPrincipal>;
  /** @throws HavenError UNAUTHENTICATED, TOKEN_REVOKED */
  authenticateDevice(token: string): Promise<DevicePrincipal>;
  /** @throws HavenError UNAUTHENTICATED, TOKEN_REVOKED */
  authenticateCvWorker(key: string): Promise<CvWorkerPrincipal>;

  /** The user's rights now, emergency access included; empty sets for one who was removed. */
  rights(userId: string): Rights;
  /**
   * Whoever is refused with SESSION_LOCKED would be allowed if the session were unlocked: it is looked at last.
   *
   * @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED (principal no longer valid), PASSWORD_CHANGE_REQUIRED, FORBIDDEN
   * (no role allows it), ROOM_NOT_ASSIGNED, SESSION_LOCKED
   */
  authorize(principal: Principal, action: Action, roomId?: string): void;

  /** Called after roles, assignments, sessions, devices or keys changed: check every running session again. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
