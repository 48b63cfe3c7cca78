import { randomUUID } from 'node:crypto';
import { uuidSchema } from '@haven/protocol';
import { hashOfToken, newMachineToken } from '../machine-tokens.ts';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';

const MAX_NAME_LENGTH = 80;

export type NewMachine = { id: string; token: string };
export type ListedDevice = {
  id: string;
  patientId: string;
  name: string;
  createdAt: string;
  revoked: boolean;
};
export type ListedCvKey = { id: string; name: string; createdAt: string; revoked: boolean };

/** @returns the device's token, which is stored nowhere @throws AdministrationError when the patient is unknown */
export async function addDevice(
  context: AdministrationContext,
  patientId: string,
  name: string,
): Promise<NewMachine> {
  requireName(name);
  const { service } = context.store;
  const patients = accepted(
    await service.from('patients').select('id').eq('id', patientId).is('removed_at', null),
  );
  if (patients.length === 0) throw new AdministrationError(`There is no patient ${patientId}.`);
  const token = newMachineToken('device');
  const id = randomUUID();
  const device = { id, patient_id: patientId, name, token_hash: hashOfToken(token) };
  accepted(await service.from('devices').insert(device));
  await audit(context, 'device:add', `device:${id}`);
  return { id, token };
}

export async function listDevices({ store }: AdministrationContext): Promise<ListedDevice[]> {
  const rows = accepted(
    await store.service
      .from('devices')
      .select('id, patient_id, name, created_at, revoked_at')
      .order('patient_id')
      .order('created_at'),
  );
  return rows.map((row) => ({
    id: row.id,
    patientId: row.patient_id,
    name: row.name,
    createdAt: row.created_at,
    revoked: row.revoked_at !== null,
  }));
}

/** @throws AdministrationError when it is unknown or revoked already */
export async function revokeDevice(context: AdministrationContext, deviceId: string): Promise<void> {
  requireUuid(deviceId, 'device');
  const revoked = accepted(
    await context.store.service
      .from('devices')
      .update({ revoked_at: new Date(context.clock()).toISOString() })
      .eq('id', deviceId)
      .is('revoked_at', null)
      .select('id'),
  );
  if (revoked.length === 0)
    throw new AdministrationError(`There is no device ${deviceId} that can be revoked.`);
  await audit(context, 'device:revoke', `device:${deviceId}`);
}

/** @returns the key, which is stored nowhere */
export async function addCvKey(context: AdministrationContext, name: string): Promise<NewMachine> {
  requireName(name);
  const token = newMachineToken('cv-worker');
  const id = randomUUID();
  accepted(await context.store.service.from('cv_keys').insert({ id, name, key_hash: hashOfToken(token) }));
  await audit(context, 'cv-key:add', `cv-worker:${id}`);
  return { id, token };
}

export async function listCvKeys({ store }: AdministrationContext): Promise<ListedCvKey[]> {
  const rows = accepted(
    await store.service.from('cv_keys').select('id, name, created_at, revoked_at').order('created_at'),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    revoked: row.revoked_at !== null,
  }));
}

/** @throws AdministrationError when it is unknown or revoked already */
export async function revokeCvKey(context: AdministrationContext, keyId: string): Promise<void> {
  requireUuid(keyId, 'key');
  const revoked = accepted(
    await context.store.service
      .from('cv_keys')
      .update({ revoked_at: new Date(context.clock()).toISOString() })
      .eq('id', keyId)
      .is('revoked_at', null)
      .select('id'),
  );
  if (revoked.length === 0) throw new AdministrationError(`There is no key ${keyId} that can be revoked.`);
  await audit(context, 'cv-key:revoke', `cv-worker:${keyId}`);
}

function requireUuid(id: string, what: string): void {
  if (uuidSchema.safeParse(id).success) return;
  throw new AdministrationError(`"${id}" is not the id of a ${what}: see the list.`);
}

function requireName(name: string): void {
  if (name.length > 0 && name.length <= MAX_NAME_LENGTH) return;
  throw new AdministrationError(`A name has 1 to ${MAX_NAME_LENGTH} characters.`);
}
