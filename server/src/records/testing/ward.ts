import { join } from 'node:path';
import type { UserPrincipal } from '../../access/access.ts';
import { addUser } from '../../access/administration/users.ts';
import type { Config } from '../../config/config.ts';
import { PostgresServer, type PostgresOptions } from '../embedded/postgres-server.ts';
import { openStore, type Store } from '../store.ts';
import { testConfig } from './fixtures.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const PASSWORD = 'a password of tests';

export type Ward = {
  directory: string;
  config: Config;
  database: PostgresServer;
  store: Store;
  /** A clinician of `ward-a`, where P-101 and P-102 lie. */
  anna: UserPrincipal;
  /** A clinician of `ward-b`, where P-201 lies. */
  berta: UserPrincipal;
  close: () => Promise<void>;
};

/** A real database with two rooms, three patients, and a clinician for each room. */
export async function openWard(
  settings: Record<string, string> = {},
  options: Pick<PostgresOptions, 'onOutput'> = {},
): Promise<Ward> {
  const { path: directory, remove } = await temporaryDirectory();
  const database = await PostgresServer.start({
    directory: join(directory, 'database'),
    password: 'of-tests',
    ...options,
  });
  const config = testConfig(directory, { DATABASE_URL: database.url, ...settings });
  const store = await openStore(config);
  await store.service.from('rooms').insert([
    { id: 'ward-a', name: 'A' },
    { id: 'ward-b', name: 'B' },
  ]);
  await store.service.from('patients').insert([
    { id: 'P-101', room_id: 'ward-a', name: 'Ada Example', bed: '1' },
    { id: 'P-102', room_id: 'ward-a', name: 'Ben Sample', bed: '2' },
    { id: 'P-201', room_id: 'ward-b', name: 'Cleo Fiction', bed: '1' },
  ]);
  return {
    ...{ directory, config, database, store },
    anna: await addClinician(store, 'anna@haven.local', 'ward-a'),
    berta: await addClinician(store, 'berta@haven.local', 'ward-b'),
    async close() {
      await store.close();
      await database.close();
      await remove();
    },
  };
}

/** Adds a clinician of a room and signs in. */
export async function addClinician(store: Store, email: string, roomId: string): Promise<UserPrincipal> {
  const context = { store, actor: 'test', keep: () => Promise.resolve(), clock: Date.now };
  const user = { email, displayName: email, roles: ['clinician' as const], roomIds: [roomId] };
  const { userId } = await addUser(context, user, PASSWORD);
  const { data } = await store.forSignIn().auth.signInWithPassword({ email, password: PASSWORD });
  const accessToken = data.session?.access_token ?? '';
  return { kind: 'user', userId, displayName: email, accessToken, expiresAt: Date.now() + 3_600_000 };
}
