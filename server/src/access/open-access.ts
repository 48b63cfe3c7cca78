import {
  isAuthRetryableFetchError,
  type AuthError,
  type Session as StoreSession,
} from '@supabase/supabase-js';
import { HavenError, type Session } from '@haven/protocol';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { dataOf } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type {
  Access,
  Action,
  CvWorkerPrincipal,
  DevicePrincipal,
  Principal,
  Rights,
  UserPrincipal,
} from './access.ts';
import { isMachineToken } from './machine-tokens.ts';
import { allows, CV_WORKER_ACTIONS, DEVICE_ACTIONS } from './matrix.ts';
import { RightsWatch } from './rights-watch.ts';
import { SignInLimits } from './sign-in-limits.ts';
import { claimsOfVerified, TokenVerifier } from './token-verifier.ts';

/** A sign-in computes a slow hash on purpose; beyond this the store is taken for gone. */
const SIGN_IN_TIMEOUT_MS = 10_000;
const NO_RIGHTS: Rights = { roles: new Set(), roomIds: new Set() };

export type AccessOptions = {
  store: Store;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
};

/** @throws Error when the store does not answer */
export async function openAccess({ store, telemetry, clock }: AccessOptions): Promise<Access> {
  const watch = await RightsWatch.start({
    client: store.service,
    clock,
    onFailure: (error) =>
      telemetry.logger.warn({ err: error }, 'rights could not be read; the last known ones hold'),
  });
  telemetry.gauge('haven_rights_age_seconds', 'Age of the rights by which requests are decided', () =>
    Math.round(watch.ageMs / 1000),
  );
  return new StoreAccess(store, watch, telemetry, clock);
}

class StoreAccess implements Access {
  readonly #store: Store;
  readonly #watch: RightsWatch;
  readonly #clock: () => number;
  readonly #limits = new SignInLimits();
  readonly #verifier: TokenVerifier;
  readonly #countSignIn: (result: string) => void;
  /** Sessions signed out here, until their token ends: id to end. The store tells the other nodes. */
  readonly #signedOut = new Map<string, number>();

  constructor(store: Store, watch: RightsWatch, telemetry: Telemetry, clock: () => number) {
    this.#store = store;
    this.#watch = watch;
    this.#clock = clock;
    this.#verifier = new TokenVerifier(store.tokenVerification, clock);
    const signIns = telemetry.counter('haven_sign_ins_total', 'Attempts to sign in, by result');
    this.#countSignIn = (result) => signIns.add(1, { result });
  }

  async signIn(email: string, password: string, address: string): Promise<Session> {
    const succeeded = await this.#limits.attempt(email, address);
    const client = this.#store.forSignIn();
    try {
      const session = await sessionOf(
        () => client.auth.signInWithPassword({ email, password }),
        'WRONG_PASSWORD',
      );
      await succeeded();
      this.#countSignIn('done');
      return await this.#describe(session);
    } catch (error) {
      if (error instanceof HavenError && error.code === 'STORAGE_UNAVAILABLE') await succeeded();
      this.#countSignIn(error instanceof HavenError ? error.code : 'INTERNAL');
      throw error;
    }
  }

  async refresh(refreshToken: string, address: string): Promise<Session> {
    await this.#limits.refresh(address);
    const client = this.#store.forSignIn();
    const session = await sessionOf(
      () => client.auth.refreshSession({ refresh_token: refreshToken }),
      'TOKEN_EXPIRED',
    );
    return this.#describe(session);
  }

  async signOut(principal: UserPrincipal): Promise<void> {
    const { sessionId, expiresAt } = claimsOfVerified(principal.accessToken);
    this.#forgetEndedSessions();
    this.#signedOut.set(sessionId, expiresAt);
    const { service } = this.#store;
    try {
      dataOf(
        await service
          .from('revoked_sessions')
          .upsert({ session_id: sessionId, expires_at: new Date(expiresAt).toISOString() }),
      );
      dataOf(
        await service
          .from('revoked_sessions')
          .delete()
          .lt('expires_at', new Date(this.#clock()).toISOString()),
      );
    } catch (error) {
      throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
    }
    // Ends the refresh token; one that has ended already is no failure.
    const { error } = await service.auth.admin.signOut(principal.accessToken, 'local');
    if (error !== null && isUnavailable(error))
      throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
    await this.#watch.refresh();
  }

  async authenticateUser(accessToken: string): Promise<UserPrincipal> {
    const { userId, sessionId, expiresAt } = await this.#verifier.verify(accessToken);
    const user = await this.#watch.find((snapshot) => snapshot.user(userId));
    if (user === undefined || this.#isSignedOut(sessionId)) throw new HavenError('TOKEN_REVOKED');
    return { kind: 'user', userId, displayName: user.name, accessToken, expiresAt };
  }

  async authenticateDevice(token: string): Promise<DevicePrincipal> {
    if (!isMachineToken('device', token)) throw new HavenError('UNAUTHENTICATED');
    const device = await this.#watch.find((snapshot) => snapshot.deviceByToken(token));
    if (device === undefined) throw new HavenError('UNAUTHENTICATED');
    if (device.revoked) throw new HavenError('TOKEN_REVOKED');
    return { kind: 'device', deviceId: device.id, patientId: device.patient };
  }

  async authenticateCvWorker(key: string): Promise<CvWorkerPrincipal> {
    if (!isMachineToken('cv-worker', key)) throw new HavenError('UNAUTHENTICATED');
    const known = await this.#watch.find((snapshot) => snapshot.cvKeyByToken(key));
    if (known === undefined) throw new HavenError('UNAUTHENTICATED');
    if (known.revoked) throw new HavenError('TOKEN_REVOKED');
    return { kind: 'cv-worker', keyId: known.id };
  }

  rights(userId: string): Rights {
    const user = this.#watch.current.user(userId);
    return user === undefined ? NO_RIGHTS : { roles: new Set(user.roles), roomIds: new Set(user.rooms) };
  }

  authorize(principal: Principal, action: Action, roomId?: string): void {
    if (principal.kind === 'user') this.#authorizeUser(principal, action, roomId);
    else if (principal.kind === 'device') this.#authorizeDevice(principal, action, roomId);
    else this.#authorizeCvWorker(principal, action);
  }

  onChange(listener: () => void): () => void {
    return this.#watch.onChange(listener);
  }

  close(): Promise<void> {
    return this.#watch.close();
  }

  #authorizeUser(principal: UserPrincipal, action: Action, roomId: string | undefined): void {
    const { sessionId, expiresAt } = claimsOfVerified(principal.accessToken);
    if (expiresAt <= this.#clock()) throw new HavenError('TOKEN_EXPIRED');
    const user = this.#watch.current.user(principal.userId);
    if (user === undefined || this.#isSignedOut(sessionId)) throw new HavenError('TOKEN_REVOKED');
    if (!allows(user.roles, action)) throw new HavenError('FORBIDDEN');
    if (roomId !== undefined && !user.rooms.includes(roomId)) throw new HavenError('ROOM_NOT_ASSIGNED');
  }

  #authorizeDevice(principal: DevicePrincipal, action: Action, roomId: string | undefined): void {
    const device = this.#watch.current.device(principal.deviceId);
    if (device === undefined || device.revoked || device.patient !== principal.patientId) {
      throw new HavenError('TOKEN_REVOKED');
    }
    if (!DEVICE_ACTIONS.includes(action)) throw new HavenError('FORBIDDEN');
    if (roomId !== undefined && roomId !== device.room) throw new HavenError('ROOM_NOT_ASSIGNED');
  }

  #authorizeCvWorker(principal: CvWorkerPrincipal, action: Action): void {
    if (this.#watch.current.cvKey(principal.keyId)?.revoked !== false) throw new HavenError('TOKEN_REVOKED');
    if (!CV_WORKER_ACTIONS.includes(action)) throw new HavenError('FORBIDDEN');
  }

  /** @throws HavenError FORBIDDEN when the account is disabled, or was never given a profile */
  async #describe(session: StoreSession): Promise<Session> {
    const { userId, expiresAt } = await this.#verifier.verify(session.access_token);
    const user = await this.#watch.find((snapshot) => snapshot.user(userId));
    if (user === undefined) {
      throw new HavenError('FORBIDDEN', 'This account is disabled. Ask an administrator.');
    }
    return {
      accessToken: session.access_token,
      refreshToken: session.refresh_token,
      expiresAt,
      user: { id: userId, displayName: user.name, roles: user.roles },
      passwordChangeRequired: false,
    };
  }

  #isSignedOut(sessionId: string): boolean {
    return this.#signedOut.has(sessionId) || this.#watch.current.isSessionRevoked(sessionId);
  }

  #forgetEndedSessions(): void {
    const now = this.#clock();
    for (const [sessionId, end] of this.#signedOut) if (end <= now) this.#signedOut.delete(sessionId);
  }
}

type AuthAnswer = { data: { session: StoreSession | null }; error: AuthError | null };

/** @param refusal what it means that the store refuses */
async function sessionOf(
  ask: () => Promise<AuthAnswer>,
  refusal: 'WRONG_PASSWORD' | 'TOKEN_EXPIRED',
): Promise<StoreSession> {
  let answer: AuthAnswer;
  try {
    answer = await timeout(SIGN_IN_TIMEOUT_MS, TimeoutStrategy.Aggressive).execute(ask);
  } catch (error) {
    throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
  }
  const { error, data } = answer;
  if (error === null && data.session !== null) return data.session;
  if (error?.status === 429) throw new HavenError('RATE_LIMITED', undefined, { cause: error });
  throw new HavenError(error !== null && isUnavailable(error) ? 'STORAGE_UNAVAILABLE' : refusal, undefined, {
    cause: error,
  });
}

function isUnavailable(error: AuthError): boolean {
  return isAuthRetryableFetchError(error) || error.status === undefined || error.status >= 500;
}
