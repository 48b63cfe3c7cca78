import { randomUUID } from 'node:crypto';
import { managedDeviceSchema, type ManagedDevice } from '@haven/protocol';
import { z } from 'zod';
import { hashOfToken, newMachineToken } from '../machine-tokens.ts';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';
import { readPage, WHOLE, type ListQuery, type Page } from './lists.ts';
import { requireName, requireUuid, type NewMachine } from './machines.ts';

/** As it is stored; whether it is connected is known to the server that it is connected to. */
export type StoredDevice = Omit<ManagedDevice, 'connected'>;

const storedDeviceSchema = managedDeviceSchema.omit({ connected: true });
const devicesSchema = z.object({ total: z.number(), items: z.array(storedDeviceSchema) });

/** @throws AdministrationError INVALID_REQUEST, PATIENT_UNKNOWN */
export async function addDevice(
  context: AdministrationContext,
  patientId: string,
  name: string,
): Promise<NewMachine> {
  requireName(name);
  const token = newMachineToken('device');
  const id = randomUUID();
  const device = { p_device: id, p_patient: patientId, p_name: name, p_token_hash: hashOfToken(token) };
  accepted(await context.store.service.rpc('add_device', device), {
    raised: { PATIENT_UNKNOWN: `There is no patient ${patientId}.` },
  });
  await audit(context, 'device:add', `device:${id}`);
  return { id, token };
}

export async function listDevices(context: AdministrationContext): Promise<StoredDevice[]> {
  return (await pageOfDevices(context, WHOLE)).items;
}

export function pageOfDevices(context: AdministrationContext, query: ListQuery): Promise<Page<StoredDevice>> {
  return readPage(context, 'list_devices', devicesSchema, query);
}

/** @throws AdministrationError DEVICE_UNKNOWN */
export async function findDevice(context: AdministrationContext, deviceId: string): Promise<StoredDevice> {
  const { items } = await pageOfDevices(context, { ...WHOLE, search: deviceId });
  const device = items.find(({ id }) => id === deviceId);
  if (device === undefined) throw new AdministrationError('DEVICE_UNKNOWN');
  return device;
}

/** @throws AdministrationError INVALID_REQUEST, DEVICE_UNKNOWN, ALREADY_DONE when it was revoked before */
export async function revokeDevice(context: AdministrationContext, deviceId: string): Promise<void> {
  await changeValidDevice(context, deviceId, { revoked_at: new Date(context.clock()).toISOString() });
  await audit(context, 'device:revoke', `device:${deviceId}`);
}

/** Gives it a new token; the old one is void. @throws as {@link revokeDevice} does */
export async function rotateDevice(context: AdministrationContext, deviceId: string): Promise<NewMachine> {
  const token = newMachineToken('device');
  await changeValidDevice(context, deviceId, { token_hash: hashOfToken(token) });
  await audit(context, 'device:rotate', `device:${deviceId}`);
  return { id: deviceId, token };
}

async function changeValidDevice(
  context: AdministrationContext,
  deviceId: string,
  change: { revoked_at: string } | { token_hash: string },
): Promise<void> {
  requireUuid(deviceId, 'device');
  const devices = context.store.service.from('devices');
  const changed = accepted(
    await devices.update(change).eq('id', deviceId).is('revoked_at', null).select('id'),
  );
  if (changed.length > 0) return;
  const known = accepted(await context.store.service.from('devices').select('id').eq('id', deviceId));
  throw known.length === 0
    ? new AdministrationError('DEVICE_UNKNOWN', `There is no device ${deviceId}.`)
    : new AdministrationError('ALREADY_DONE', `Device ${deviceId} was revoked before.`);
}
