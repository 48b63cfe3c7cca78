import { randomUUID } from 'node:crypto';
import type { Role } from '@haven/protocol';
import { roleSchema } from '@haven/protocol';
import { addCvKey } from '../access/administration/cv-keys.ts';
import { addDevice } from '../access/administration/devices.ts';
import { addPatient } from '../access/administration/patients.ts';
import { addRoom } from '../access/administration/rooms.ts';
import { addUser } from '../access/administration/users.ts';
import { DirectAudit } from '../audit/direct-audit.ts';
import type { Config } from '../config/config.ts';
import { openRecords } from '../records/open-records.ts';
import type { Store } from '../records/store.ts';
import { pulseAlert } from '../records/testing/fixtures.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';

const PASSWORD = 'a password of tests';
const FLUSH_WITHIN_MS = 10_000;

/** What a caller wants to reach: in a room that is the caller's, or in one that is not. */
export type Place = { roomId: string; patientId: string; alertId: string };
export const OWN: Place = { roomId: 'ward-a', patientId: 'P-101', alertId: randomUUID() };
export const FOREIGN: Place = { roomId: 'ward-b', patientId: 'P-201', alertId: randomUUID() };

/** People that sign in: one of each role, one without any, one who is disabled later. All are assigned to ward A. */
export const PEOPLE: readonly { name: string; roles: readonly Role[] }[] = [
  ...roleSchema.options.map((role) => ({ name: role, roles: [role] })),
  { name: 'nobody', roles: [] },
  { name: 'disabled', roles: roleSchema.options },
];
export const credentialsOf = (name: string) => ({ email: `${name}@haven.local`, password: PASSWORD });

export type Machines = { deviceToken: string; cvKey: string };

/** Two rooms, a patient and an active alert in each, the people, a device of ward A's patient and a CV worker's key. */
export async function furnish(store: Store, config: Config): Promise<Machines> {
  const trail = new DirectAudit({ client: store.service, config, clock: Date.now });
  const context = { store, actor: 'system', keep: trail.keep.bind(trail), clock: Date.now };
  for (const [place, bed] of [
    [OWN, '1'],
    [FOREIGN, '2'],
  ] as const) {
    await addRoom(context, { id: place.roomId, name: place.roomId });
    const { patientId: id, roomId } = place;
    const patient = { id, roomId, name: 'Ada Example', bed, analysisMode: 'both' as const };
    await addPatient(context, patient, config.patientIdPattern);
  }
  const records = await openRecords({ store, config, telemetry: new QuietTelemetry(), clock: Date.now });
  for (const { alertId, patientId, roomId } of [OWN, FOREIGN]) {
    await records.keepAlert(pulseAlert(patientId, { id: alertId, roomId, startedAt: Date.now() }));
  }
  await records.close(FLUSH_WITHIN_MS);
  for (const { name, roles } of PEOPLE) {
    const { email, password } = credentialsOf(name);
    await addUser(context, { email, displayName: name, roles, roomIds: [OWN.roomId] }, password);
  }
  const { token: deviceToken } = await addDevice(context, OWN.patientId, 'Camera');
  const { token: cvKey } = await addCvKey(context, 'Worker');
  return { deviceToken, cvKey };
}
