/** The second wall: what the store itself shows and refuses to each user's token, whatever the server would say. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { roleSchema, type Role } from '@haven/protocol';
import type { SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import type { Action } from '../access/access.ts';
import { addUser, setUserDisabled } from '../access/administration/users.ts';
import { ACCESS_MATRIX } from '../access/matrix.ts';
import { PostgresServer } from '../records/embedded/postgres-server.ts';
import { openStore, type Store } from '../records/store.ts';
import { testConfig } from '../records/testing/fixtures.ts';
import { fillEveryTable } from '../records/testing/sample-rows.ts';
import { rowsOf } from '../records/testing/schema.ts';
import { temporaryDirectory } from '../records/testing/temporary-directory.ts';

const PASSWORD = 'a password of tests';
const PERMISSION_DENIED = '42501';

/** Who sees rows of a table: whoever may do the action (in the room, where it is bound to rooms), the user, nobody. */
const TABLES: Readonly<Record<string, Action | 'the user' | 'nobody'>> = {
  rooms: 'patient:read',
  patients: 'patient:read',
  vitals: 'vitals:read',
  vitals_minutes: 'vitals:read',
  vitals_hours: 'vitals:read',
  events: 'vitals:read',
  alerts: 'alert:read',
  alert_transitions: 'alert:read',
  alert_limits: 'limits:read',
  audit: 'audit:read',
  audit_checkpoints: 'audit:read',
  profiles: 'the user',
  user_roles: 'the user',
  room_assignments: 'the user',
  devices: 'nobody',
  cv_keys: 'nobody',
  sessions: 'nobody',
  sign_in_attempts: 'nobody',
  break_glass: 'nobody',
};
/** Functions that users may call: they show no more than the tables do. */
const FUNCTIONS_OF_USERS: readonly string[] = ['audit_chains', 'vitals_trend'];

type Caller = {
  name: string;
  roles: readonly Role[];
  /** Assigned to the room of the rows. */
  own: boolean;
  userId: string;
  client: SupabaseClient;
};

let remove: () => Promise<void>;
let database: PostgresServer;
let store: Store;
let superuser: pg.Client;
let callers: Caller[];
let anonymous: SupabaseClient;
/** Of each table, a column to name. */
let columns: Map<string, string>;

beforeAll(async () => {
  const temporary = await temporaryDirectory();
  ({ remove } = temporary);
  database = await PostgresServer.start({ directory: join(temporary.path, 'pg'), password: 'of-tests' });
  store = await openStore(testConfig(temporary.path, { DATABASE_URL: database.url }));
  superuser = new pg.Client({ connectionString: database.url });
  await superuser.connect();
  await fillEveryTable(superuser);
  anonymous = store.forSignIn();
  callers = [];
  for (const room of ['ward-a', 'ward-b']) {
    for (const role of roleSchema.options) callers.push(await newCaller([role], room));
  }
  callers.push(await newCaller([], 'ward-a'), await newCaller(roleSchema.options, 'ward-a', true));
  const { rows } = await superuser.query<{ name: string; first: string }>(
    `select c.relname as name, a.attname as first
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = 1
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')`,
  );
  columns = new Map(rows.map(({ name, first }) => [name, first]));
}, 180_000);
afterAll(async () => {
  await superuser.end();
  await store.close();
  await database.close();
  await remove();
}, 60_000);

async function newCaller(roles: readonly Role[], roomId: string, disabled = false): Promise<Caller> {
  const context = { store, actor: 'system', keep: () => Promise.resolve(), clock: Date.now };
  const name = disabled ? 'disabled' : `${roles[0] ?? 'nobody'} of ${roomId}`;
  const email = `${name.replaceAll(' ', '-')}@haven.local`;
  const { userId } = await addUser(context, { email, displayName: name, roles, roomIds: [roomId] }, PASSWORD);
  const { data } = await store.forSignIn().auth.signInWithPassword({ email, password: PASSWORD });
  const token = data.session?.access_token ?? '';
  if (disabled) await setUserDisabled(context, email, true);
  return {
    ...{ name, userId, own: roomId === 'ward-a', roles: disabled ? [] : roles },
    client: store.forUser(token),
  };
}

/** How many of the sample's rows, or of the caller's own, the caller sees; undefined where permission is denied. */
async function count(client: SupabaseClient, table: string, userId?: string): Promise<number | undefined> {
  const all = client.from(table).select('*', { count: 'exact', head: true });
  const { count: rows, error, status } = await (userId === undefined ? all : all.eq('user_id', userId));
  if (error === null && rows !== null) return rows;
  if (status === 401 || status === 403) return undefined;
  throw new Error(`${table}: ${status} ${error?.code ?? ''}`);
}

describe('row-level security', () => {
  test('is on for every table, and every table has its rule here', async () => {
    const { rows } = await superuser.query<{ name: string; secure: boolean }>(
      `select c.relname as name, c.relrowsecurity as secure
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(TABLES).toSorted());
    expect(rows.filter(({ secure }) => !secure)).toEqual([]);
  });

  test('leaves the partitions to nobody but the tables that they are part of', async () => {
    const { rows } = await superuser.query(
      `select c.relname, r.rolname from pg_class c join pg_namespace n on n.oid = c.relnamespace
         cross join (values ('anon'), ('authenticated')) r (rolname)
        where n.nspname like 'haven%' and c.relkind in ('r', 'p', 'v')
          and has_schema_privilege(r.rolname, n.oid, 'usage')
          and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')`,
    );
    expect(rows).toEqual([]);
  });

  test.each(Object.entries(TABLES))('shows rows of %s to whom it should (%s)', async (table, rule) => {
    const problems: string[] = [];
    for (const { name, roles, own, userId, client } of callers) {
      const seen = (await count(client, table)) ?? 0;
      const ofUser = rule === 'the user' ? ((await count(client, table, userId)) ?? 0) : 0;
      const isActive = name !== 'disabled';
      if (rule === 'the user') {
        if (seen !== ofUser) problems.push(`${name} sees ${seen - ofUser} rows of others`);
        if (isActive && ofUser === 0 && roles.length > 0) problems.push(`${name} does not see the own rows`);
        continue;
      }
      const definition = rule === 'nobody' ? undefined : ACCESS_MATRIX[rule];
      const may =
        definition !== undefined &&
        definition.roles.some((role) => roles.includes(role)) &&
        (definition.scope === 'installation' || own || table === 'rooms');
      if (seen > 0 !== may) problems.push(`${name} sees ${seen} rows`);
    }
    if (((await count(anonymous, table)) ?? 0) > 0) problems.push('whoever has no token sees rows');
    expect(problems).toEqual([]);
    expect(await count(store.service, table)).toBeGreaterThan(0);
  });

  test('shows of rooms and patients only those that are assigned', async () => {
    for (const { roles, own, client } of callers) {
      if (!roles.some((role) => ACCESS_MATRIX['patient:read'].roles.includes(role))) continue;
      const { data: rooms } = await client.from('rooms').select('id');
      expect(rooms).toEqual([{ id: own ? 'ward-a' : 'ward-b' }]);
      const { data: patients } = await client.from('patients').select('room_id');
      expect(patients?.every(({ room_id: roomId }) => own && roomId === 'ward-a')).toBe(true);
    }
  });

  test('lets nobody insert, change or delete a row', async () => {
    const before = await rowsOf(superuser);
    const problems: string[] = [];
    const inRoom = callers.filter(({ own }) => own);
    for (const { name, client } of [...inRoom, { name: 'whoever has no token', client: anonymous }]) {
      for (const [table, column] of columns) {
        const attempts = {
          insert: await client.from(table).insert({ [column]: null }),
          update: await client
            .from(table)
            .update({ [column]: null })
            .not(column, 'is', null),
          delete: await client.from(table).delete().not(column, 'is', null),
        };
        for (const [what, { error }] of Object.entries(attempts)) {
          if (error?.code !== PERMISSION_DENIED)
            problems.push(`${name}, ${what} ${table}: ${error?.code ?? 'done'}`);
        }
      }
    }
    expect(problems).toEqual([]);
    expect(await rowsOf(superuser)).toEqual(before);
  }, 60_000);

  test('lets users call only the functions that show no more than the tables', async () => {
    const { rows } = await superuser.query<{ name: string; names: string[] | null; role: string }>(
      `select p.proname as name, p.proargnames as names, r.rolname as role
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         cross join (values ('anon'), ('authenticated')) r (rolname)
        where n.nspname = 'public' and has_function_privilege(r.rolname, p.oid, 'execute')`,
    );
    expect(rows.map(({ name, role }) => `${role}: ${name}`).toSorted()).toEqual(
      FUNCTIONS_OF_USERS.map((name) => `authenticated: ${name}`),
    );
    for (const { client } of [...callers, { client: anonymous }]) {
      const { error } = await client.rpc('access_snapshot');
      expect(error?.code).toBe(PERMISSION_DENIED);
      const { error: removal } = await client.rpc('remove_patient', { p_patient: 'P-101' });
      expect(removal?.code).toBe(PERMISSION_DENIED);
    }
  });
});
