import { HavenError, type ErrorCode, type Role, type Session } from '@haven/protocol';
import { openStore, type Store } from '../../records/store.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { temporaryDirectory } from '../../records/testing/temporary-directory.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';
import type { UserPrincipal } from '../access.ts';
import type { AdministrationContext } from '../administration/context.ts';
import { addUser } from '../administration/users.ts';
import { openAccess, type OpenedAccess } from '../open-access.ts';
import type { SessionLimits } from '../sessions/session-limits.ts';

export const PASSWORD = 'a password of tests';

export type TestUser = { email: string; address: string; userId: string };
export type SignedIn = TestUser & { session: Session; principal: UserPrincipal };

/** Rooms `ward-a` and `ward-b` in a real store, and the access to them, by a clock that the test moves. */
export class TestInstallation {
  readonly store: Store;
  readonly clock: () => number;
  readonly context: AdministrationContext;
  readonly #time: { ahead: number };
  readonly #remove: () => Promise<void>;
  #access: OpenedAccess;
  #users = 0;

  private constructor(parts: {
    store: Store;
    time: { ahead: number };
    clock: () => number;
    access: OpenedAccess;
    remove: () => Promise<void>;
  }) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.context = { store: parts.store, actor: 'test', keep: () => Promise.resolve(), clock: parts.clock };
    this.#time = parts.time;
    this.#access = parts.access;
    this.#remove = parts.remove;
  }

  /** @param open another store than the embedded one */
  static async open(open?: () => Promise<Store>): Promise<TestInstallation> {
    const { path, remove } = await temporaryDirectory();
    const store = await (open === undefined ? openStore(testConfig(path)) : open());
    await store.service.from('rooms').insert([
      { id: 'ward-a', name: 'A' },
      { id: 'ward-b', name: 'B' },
    ]);
    await store.service.from('patients').insert([
      { id: 'P-101', room_id: 'ward-a', name: 'Ada', bed: '1' },
      { id: 'P-201', room_id: 'ward-b', name: 'Ben', bed: '1' },
    ]);
    const time = { ahead: 0 };
    const clock = () => Date.now() + time.ahead;
    const access = await openAccess({ store, clock, telemetry: new QuietTelemetry() });
    return new TestInstallation({ store, time, clock, access, remove });
  }

  get access(): OpenedAccess {
    return this.#access;
  }

  /** Lets time pass at once. Tokens are made by the time of day: beyond an hour they have ended. */
  advance(ms: number): void {
    this.#time.ahead += ms;
  }

  /** Goes back to the time of day. */
  now(): void {
    this.#time.ahead = 0;
  }

  /** As a server that starts again on the same store. */
  async restart(): Promise<void> {
    await this.#access.close();
    this.#access = await this.another();
  }

  /** As another server on the same store. */
  another(sessions?: SessionLimits): Promise<OpenedAccess> {
    const options = { store: this.store, clock: this.clock, telemetry: new QuietTelemetry() };
    return openAccess(sessions === undefined ? options : { ...options, sessions });
  }

  /** Somebody of `ward-a`, at an address of their own, so that no test uses up another one's attempts. */
  async newUser(roles: readonly Role[] = ['clinician'], roomIds = ['ward-a']): Promise<TestUser> {
    const number = (this.#users += 1);
    const email = `user-${number}@haven.local`;
    const user = { email, displayName: `User ${number}`, roles, roomIds };
    const { userId } = await addUser(this.context, user, PASSWORD);
    return { email, address: `10.0.0.${number}`, userId };
  }

  async signedIn(roles?: readonly Role[]): Promise<SignedIn> {
    const user = await this.newUser(roles);
    return { ...user, ...(await this.signIn(user)) };
  }

  async signIn({ email, address }: TestUser, password = PASSWORD): Promise<Omit<SignedIn, keyof TestUser>> {
    const session = await this.#access.signIn(email, password, address);
    return { session, principal: await this.#access.authenticateUser(session.accessToken) };
  }

  /** The code with which watching is refused, if it is. */
  refusal(principal: UserPrincipal, roomId = 'ward-a'): ErrorCode | undefined {
    try {
      this.#access.authorize(principal, 'room:watch', roomId);
      return undefined;
    } catch (error) {
      if (error instanceof HavenError) return error.code;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#access.close();
    await this.store.close();
    await this.#remove();
  }
}
