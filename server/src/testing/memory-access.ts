import { randomUUID } from 'node:crypto';
import { HavenError, type Role, type Session } from '@haven/protocol';
import type {
  Access,
  Action,
  CvWorkerPrincipal,
  DevicePrincipal,
  Principal,
  Rights,
  UserPrincipal,
} from '../access/access.ts';
import { allows } from '../access/matrix.ts';
import { noAccounts, noEmergencyAccess } from './no-accounts.ts';

/** Access in memory: a principal is whoever holds a token, until the test takes it away. */
export class MemoryAccess implements Access {
  readonly accounts = noAccounts;
  readonly emergencyAccess = noEmergencyAccess;
  readonly #principals = new Map<string, Principal>();
  readonly #revoked = new Set<string>();
  readonly #locked = new Set<string>();
  readonly #roomsOfDevices = new Map<string, string>();
  readonly #rights = new Map<string, { roles: Set<Role>; roomIds: Set<string> }>();
  readonly #listeners = new Set<() => void>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  addUser({
    roles,
    rooms,
    expiresInMs = 3_600_000,
  }: {
    roles: Role[];
    rooms: string[];
    expiresInMs?: number;
  }) {
    const userId = randomUUID();
    this.#rights.set(userId, { roles: new Set(roles), roomIds: new Set(rooms) });
    return { userId, token: this.addToken(userId, expiresInMs) };
  }

  /** One more token of the same user. */
  addToken(userId: string, expiresInMs = 3_600_000): string {
    const accessToken = `user-${randomUUID()}`;
    const expiresAt = this.#clock() + expiresInMs;
    this.#principals.set(accessToken, { kind: 'user', userId, displayName: 'Test', accessToken, expiresAt });
    return accessToken;
  }

  addDevice(patientId: string, deviceId: string = randomUUID()): { deviceId: string; token: string } {
    const token = `device-${deviceId}`;
    this.#principals.set(token, { kind: 'device', deviceId, patientId, credential: token });
    return { deviceId, token };
  }

  addCvKey(): string {
    const keyId = randomUUID();
    this.#principals.set(`cv-${keyId}`, { kind: 'cv-worker', keyId, credential: keyId });
    return `cv-${keyId}`;
  }

  revoke(token: string): void {
    this.#revoked.add(token);
    this.#changed();
  }

  /** Locks the sessions of a user. */
  lock(userId: string): void {
    this.#locked.add(userId);
    this.#changed();
  }

  unlock(userId: string): void {
    this.#locked.delete(userId);
    this.#changed();
  }

  /** The device's patient is in this room now. */
  movePatientOf(deviceId: string, roomId: string): void {
    this.#roomsOfDevices.set(deviceId, roomId);
    this.#changed();
  }

  takeRoom(userId: string, roomId: string): void {
    this.#rights.get(userId)?.roomIds.delete(roomId);
    this.#changed();
  }

  takeRoles(userId: string): void {
    this.#rights.get(userId)?.roles.clear();
    this.#changed();
  }

  signIn(): Promise<Session> {
    return Promise.reject(new HavenError('WRONG_PASSWORD'));
  }

  refresh(): Promise<Session> {
    return Promise.reject(new HavenError('TOKEN_EXPIRED'));
  }

  signOut(): Promise<void> {
    return Promise.resolve();
  }

  async authenticateUser(token: string): Promise<UserPrincipal> {
    const principal = await this.#find(token);
    if (principal.kind !== 'user') throw new HavenError('UNAUTHENTICATED');
    if (principal.expiresAt <= this.#clock()) throw new HavenError('TOKEN_EXPIRED');
    return principal;
  }

  async authenticateDevice(token: string): Promise<DevicePrincipal> {
    const principal = await this.#find(token);
    if (principal.kind !== 'device') throw new HavenError('UNAUTHENTICATED');
    return principal;
  }

  async authenticateCvWorker(key: string): Promise<CvWorkerPrincipal> {
    const principal = await this.#find(key);
    if (principal.kind !== 'cv-worker') throw new HavenError('UNAUTHENTICATED');
    return principal;
  }

  rights(userId: string): Rights {
    return this.#rights.get(userId) ?? { roles: new Set(), roomIds: new Set() };
  }

  authorize(principal: Principal, action: Action, roomId?: string): void {
    for (const [token, known] of this.#principals) {
      if (known === principal && this.#revoked.has(token)) throw new HavenError('TOKEN_REVOKED');
    }
    if (principal.kind === 'device') {
      const room = this.#roomsOfDevices.get(principal.deviceId) ?? roomId;
      if (room !== roomId) throw new HavenError('ROOM_NOT_ASSIGNED');
    }
    if (principal.kind !== 'user') return;
    const { roles, roomIds } = this.rights(principal.userId);
    if (!allows(roles, action)) throw new HavenError('FORBIDDEN');
    if (roomId !== undefined && !roomIds.has(roomId)) throw new HavenError('ROOM_NOT_ASSIGNED');
    if (this.#locked.has(principal.userId)) throw new HavenError('SESSION_LOCKED');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #find(token: string): Promise<Principal> {
    const principal = this.#principals.get(token);
    if (principal === undefined) return Promise.reject(new HavenError('UNAUTHENTICATED'));
    if (this.#revoked.has(token)) return Promise.reject(new HavenError('TOKEN_REVOKED'));
    return Promise.resolve(principal);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
