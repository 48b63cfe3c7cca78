import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashOfToken } from './access/machine-tokens.ts';
import { seed } from './records/seed.ts';
import { openStore } from './records/store.ts';
import { runScript } from './records/testing/child.ts';
import { testConfig } from './records/testing/fixtures.ts';
import { temporaryDirectory } from './records/testing/temporary-directory.ts';

let directory: string;
let remove: () => Promise<void>;

async function admin(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const child = runScript('admin.ts', args, { HAVEN_DATA_DIR: directory });
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
});
afterAll(() => remove());

describe('a first start', () => {
  test('fills an empty store once, and hands its secrets over in files of mode 0600', async () => {
    const config = testConfig(directory);
    const store = await openStore(config);
    try {
      const first = await seed({ store, config });
      expect(first.newCredentials.map(({ email }) => email)).toEqual([
        'clinician@haven.local',
        'administrator@haven.local',
        'auditor@haven.local',
      ]);
      for (const { email, password } of first.newCredentials) {
        const { error } = await store.forSignIn().auth.signInWithPassword({ email, password });
        expect(error).toBeNull();
      }
      for (const file of ['credentials.txt', 'cv-key', 'metrics-token', 'devices/P-101']) {
        expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
      }
      const credentials = await readFile(join(directory, 'credentials.txt'), 'utf8');
      expect(credentials).toContain(`clinician@haven.local ${String(first.newCredentials[0]?.password)}`);
      expect(first.demoDevices.map(({ patientId }) => patientId)).toEqual([
        'P-101',
        'P-102',
        'P-103',
        'P-104',
      ]);
      const key = (await readFile(first.cvKeyFile, 'utf8')).trim();
      const { data: keys } = await store.service.from('cv_keys').select('key_hash');
      expect(keys).toEqual([{ key_hash: hashOfToken(key) }]);

      const second = await seed({ store, config });
      expect(second).toEqual({ ...first, newCredentials: [] });
      const production = await seed({ store, config: { ...config, syntheticAllowed: false, demo: false } });
      expect(production).toMatchObject({ newCredentials: [], demoDevices: [] });
    } finally {
      await store.close();
    }
  }, 90_000);
});

describe('the administration command', () => {
  test('works beside a running server, and what it did is there and audited', async () => {
    const store = await openStore(testConfig(directory));
    try {
      const added = await admin('device', 'add', 'P-101');
      expect(added).toMatchObject({ code: 0, stderr: '' });
      const token = /hvd_[\w-]{43}/.exec(added.stdout)?.[0] ?? '';
      const { data } = await store.service.from('devices').select('id').eq('token_hash', hashOfToken(token));
      expect(data).toHaveLength(1);
      const subject = `device:${String(data?.[0]?.id)}`;
      const { data: lines } = await store.service
        .from('audit')
        .select('action, result')
        .eq('subject', subject);
      expect(lines).toEqual([{ action: 'device:add', result: 'done' }]);
    } finally {
      await store.close();
    }
  }, 60_000);

  test("rotates the key of the server's own workers, who find the new one in their file", async () => {
    const store = await openStore(testConfig(directory));
    try {
      const { data: before } = await store.service.from('cv_keys').select('id').is('revoked_at', null);
      const rotated = await admin('cv-key', 'rotate', before?.[0]?.id ?? '');
      expect(rotated).toMatchObject({ code: 0, stderr: '' });
      const key = (await readFile(join(directory, 'cv-key'), 'utf8')).trim();
      expect(rotated.stdout).toContain(key);
      const { data: after } = await store.service.from('cv_keys').select('key_hash');
      expect(after).toEqual([{ key_hash: hashOfToken(key) }]);
    } finally {
      await store.close();
    }
  }, 60_000);

  test('gives a new password, and leaves the last administrator one', async () => {
    const store = await openStore(testConfig(directory));
    try {
      const email = 'clinician@haven.local';
      const reset = await admin('user', 'reset-password', email);
      const password = reset.stdout.trim().split('\n').at(-1) ?? '';
      const { error } = await store.forSignIn().auth.signInWithPassword({ email, password });
      expect(error).toBeNull();
      const { data } = await store.service
        .from('profiles')
        .select('password_change_required')
        .eq('email', email);
      expect(data).toEqual([{ password_change_required: true }]);
      const last = ['administrator@haven.local', 'administrator'];
      expect(await admin('user', 'role', 'remove', ...last)).toMatchObject({
        ...{ code: 1, stderr: 'Somebody else has to be an administrator first.\n' },
      });
    } finally {
      await store.close();
    }
  }, 60_000);

  test('works while no server runs: a user with a password that signs in', async () => {
    expect(await admin('room', 'add', 'ward-b', '--name', 'Ward B')).toMatchObject({ code: 0 });
    const added = await admin('user', 'add', 'eve@haven.local', '--role', 'observer', '--room', 'ward-b');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const password = added.stdout.trim().split('\n').at(-1) ?? '';
    const list = await admin('user', 'list');
    expect(list.stdout).toContain('eve@haven.local\teve\tobserver\tward-b\tenabled');

    const store = await openStore(testConfig(directory));
    const { error } = await store.forSignIn().auth.signInWithPassword({ email: 'eve@haven.local', password });
    await store.close();
    expect(error).toBeNull();
  }, 60_000);

  test('says in a sentence what is wrong, and exits with 1', async () => {
    const wrong: [string[], RegExp][] = [
      [['device', 'add', 'P-999'], /^There is no patient P-999\.\n$/],
      [['device', 'add', '../etc'], /^"\.\.\/etc" is not a patient id: it must match .+\.\n$/],
      [['device', 'revoke', 'nonsense'], /^"nonsense" is not the id of a device: see the list\.\n$/],
      [['room', 'add', 'ward-a', '--name', 'A'], /^There is a room ward-a already\.\n$/],
      [['user', 'add', 'new@haven.local', '--role', 'king'], /Roles are administrator, clinician/],
      [['user', 'disable', 'nobody@haven.local'], /^There is no user nobody@haven\.local\.\n$/],
    ];
    const store = await openStore(testConfig(directory));
    try {
      const answers = await Promise.all(wrong.map(([args]) => admin(...args)));
      for (const [index, { code, stderr }] of answers.entries()) {
        expect(stderr).toMatch(wrong[index]?.[1] ?? /./);
        expect(code).toBe(1);
      }
    } finally {
      await store.close();
    }
  }, 60_000);

  test('names a data directory that does not exist', async () => {
    const child = runScript('admin.ts', ['user', 'list'], { HAVEN_DATA_DIR: join(directory, 'none') });
    expect(await child.ended).toBe(1);
    expect(child.stderr()).toContain(`There is no data directory ${join(directory, 'none')}.`);
  }, 20_000);
});
