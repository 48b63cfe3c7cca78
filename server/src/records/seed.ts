import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Patient, Role } from '@haven/protocol';
import { accepted, type AdministrationContext } from '../access/administration/context.ts';
import { addCvKey } from '../access/administration/cv-keys.ts';
import { addDevice } from '../access/administration/devices.ts';
import { addPatient } from '../access/administration/patients.ts';
import { addRoom } from '../access/administration/rooms.ts';
import { newPassword } from '../access/administration/passwords.ts';
import { addUser } from '../access/administration/users.ts';
import { hashOfToken, isMachineToken, type MachineKind } from '../access/machine-tokens.ts';
import { DirectAudit } from '../audit/direct-audit.ts';
import type { Config } from '../config/config.ts';
import { readFileIfPresent, writePrivateFile } from './private-files.ts';
import type { Store } from './store.ts';

/** A password that was made just now; it is in the credentials file and nowhere else. */
export type Credentials = { email: string; password: string };

export type Seeded = {
  /** Of the users made at this start: to be shown once. */
  newCredentials: Credentials[];
  /** File of mode 0600 with the key of the CV workers that this server starts. */
  cvKeyFile: string;
  /** Tokens of the demonstration's devices; empty without it. */
  demoDevices: { patientId: string; token: string }[];
  /** What `/metrics` and the details of `/health` ask for. */
  metricsToken: string;
  /** With which `npm run admin` on this machine asks the running server for something. */
  operationsToken: string;
};

/** In the data directory, for whoever may read that. */
export const OPERATIONS_TOKEN_FILE = 'operations-token';
const ROOM = { id: 'ward-a', name: 'Ward A' };
export const PATIENTS: readonly Patient[] = [
  { id: 'P-101', roomId: ROOM.id, name: 'Ada Example', bed: 'A1', analysisMode: 'both' },
  { id: 'P-102', roomId: ROOM.id, name: 'Ben Sample', bed: 'A2', analysisMode: 'both' },
  { id: 'P-103', roomId: ROOM.id, name: 'Cleo Fiction', bed: 'A3', analysisMode: 'both' },
  { id: 'P-104', roomId: ROOM.id, name: 'Dov Pretend', bed: 'A4', analysisMode: 'both' },
];
export /** In an installation of one's own nobody has both the last two roles: who administers does not audit. */
const USERS: readonly { email: string; displayName: string; roles: readonly Role[] }[] = [
  { email: 'clinician@haven.local', displayName: 'Clara Clinician', roles: ['clinician'] },
  {
    email: 'administrator@haven.local',
    displayName: 'Andy Administrator',
    // So that a newcomer sees every page with one password.
    roles: ['administrator', 'auditor'],
  },
  { email: 'auditor@haven.local', displayName: 'Olga Auditor', roles: ['auditor'] },
];
const DEVICE_NAME = 'Demonstration';
const TOKEN_BYTES = 32;

export type SeedOptions = {
  store: Store;
  config: Pick<
    Config,
    | 'dataDirectory'
    | 'demo'
    | 'syntheticAllowed'
    | 'metricsToken'
    | 'patientIdPattern'
    | 'nodeId'
    | 'auditKeyFile'
  >;
  /** ms since the epoch */
  clock?: () => number;
};

/**
 * Fills what a new installation lacks: a room with four invented patients and three users (never in production nor in a
 * hosted Supabase), the CV workers' key, the demonstration's devices, the metrics token. Does nothing twice.
 *
 * @throws AdministrationError when the store does not answer
 */
export async function seed({ store, config, clock = Date.now }: SeedOptions): Promise<Seeded> {
  const trail = new DirectAudit({ client: store.service, config, clock });
  const context = { store, actor: 'system', keep: trail.keep.bind(trail), clock };
  return {
    newCredentials: config.syntheticAllowed ? await store.inTurn(() => seedWard(context, config)) : [],
    cvKeyFile: await seedCvKey(context, config.dataDirectory),
    demoDevices: config.demo ? await seedDemoDevices(context, config.dataDirectory) : [],
    metricsToken: config.metricsToken ?? (await seedToken(config.dataDirectory, 'metrics-token')),
    operationsToken: await seedToken(config.dataDirectory, OPERATIONS_TOKEN_FILE),
  };
}

/** Only into a store that nobody uses yet: what an administrator removed stays removed. */
async function seedWard(
  context: AdministrationContext,
  config: SeedOptions['config'],
): Promise<Credentials[]> {
  const { service } = context.store;
  const missing: (typeof USERS)[number][] = [];
  const profiles = accepted(await service.from('profiles').select('email'));
  const known = new Set(profiles.map(({ email }) => email));
  // A first start that was cut short is taken up again; the last user to be made ends it.
  if (!known.has(USERS.at(-1)?.email ?? '') && profiles.every(({ email }) => isSeeded(email))) {
    missing.push(...USERS.filter(({ email }) => !known.has(email)));
  }
  if (missing.length === 0) return [];

  const rooms = accepted(await service.from('rooms').select('id').eq('id', ROOM.id));
  if (rooms.length === 0) await addRoom(context, ROOM);
  const patients = accepted(await service.from('patients').select('id'));
  const present = new Set(patients.map(({ id }) => id));
  for (const patient of PATIENTS) {
    const fits = config.patientIdPattern.test(patient.id);
    if (fits && !present.has(patient.id)) await addPatient(context, patient, config.patientIdPattern);
  }
  const credentials = missing.map(({ email }) => ({ email, password: newPassword() }));
  await keepCredentials(config.dataDirectory, credentials);
  for (const [index, { email, displayName, roles }] of missing.entries()) {
    const user = { email, displayName, roles, roomIds: [ROOM.id] };
    await addUser(context, user, credentials[index]?.password);
  }
  return credentials;
}

function isSeeded(email: string): boolean {
  return USERS.some((user) => user.email === email);
}

/** Before the accounts are made: a password that nobody knows would lock everybody out. */
async function keepCredentials(dataDirectory: string, credentials: readonly Credentials[]): Promise<void> {
  const path = join(dataDirectory, 'credentials.txt');
  const earlier = (await readFileIfPresent(path)) ?? '';
  const lines = credentials.map(({ email, password }) => `${email} ${password}\n`);
  await writePrivateFile(path, earlier + lines.join(''));
}

async function seedCvKey(context: AdministrationContext, dataDirectory: string): Promise<string> {
  const path = join(dataDirectory, 'cv-key');
  const key = await readToken('cv-worker', path);
  const { service } = context.store;
  const valid =
    key !== undefined &&
    accepted(
      await service.from('cv_keys').select('id').eq('key_hash', hashOfToken(key)).is('revoked_at', null),
    ).length > 0;
  if (!valid) await writePrivateFile(path, `${(await addCvKey(context, 'This server')).token}\n`);
  return path;
}

/** A token in the file that the store still accepts is used again, so that devices that still run stay signed in. */
async function seedDemoDevices(
  context: AdministrationContext,
  dataDirectory: string,
): Promise<Seeded['demoDevices']> {
  const { service } = context.store;
  const ids = PATIENTS.map(({ id }) => id);
  const patients = accepted(await service.from('patients').select('id').in('id', ids).is('removed_at', null));
  const devices: Seeded['demoDevices'] = [];
  for (const { id: patientId } of patients) {
    const path = join(dataDirectory, 'devices', patientId);
    const known = await readToken('device', path);
    const valid =
      known !== undefined &&
      accepted(
        await service
          .from('devices')
          .select('id')
          .eq('patient_id', patientId)
          .eq('token_hash', hashOfToken(known))
          .is('revoked_at', null),
      ).length > 0;
    const token = valid ? known : (await addDevice(context, patientId, DEVICE_NAME)).token;
    if (!valid) await writePrivateFile(path, `${token}\n`);
    devices.push({ patientId, token });
  }
  return devices;
}

async function seedToken(dataDirectory: string, file: string): Promise<string> {
  const path = join(dataDirectory, file);
  const known = (await readFileIfPresent(path))?.trim();
  if (known !== undefined && known !== '') return known;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await writePrivateFile(path, `${token}\n`);
  return token;
}

async function readToken(kind: MachineKind, path: string): Promise<string | undefined> {
  const token = (await readFileIfPresent(path))?.trim();
  return token !== undefined && isMachineToken(kind, token) ? token : undefined;
}
