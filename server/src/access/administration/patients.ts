import { patientSchema, type Patient } from '@haven/protocol';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';

/**
 * @param pattern the form that this installation gives to ids
 * @throws AdministrationError when something is malformed, the id or the bed is taken, or the room is unknown
 */
export async function addPatient(
  context: AdministrationContext,
  patient: Patient,
  pattern: RegExp,
): Promise<void> {
  requirePatientId(patient.id, pattern);
  if (!patientSchema.safeParse(patient).success) {
    throw new AdministrationError(
      'A patient needs a name of at most 80 characters, a bed of at most 20, and a room.',
    );
  }
  const { id, roomId, name, bed } = patient;
  const { service } = context.store;
  const known = accepted(await service.from('patients').select('id').eq('id', id));
  if (known.length > 0) {
    throw new AdministrationError(
      `There is, or was, a patient ${id}. An id is never given twice, so that records stay apart.`,
    );
  }
  accepted(await service.from('patients').insert({ id, room_id: roomId, name, bed }), {
    duplicate: `Bed ${bed} of room ${roomId} is taken.`,
    reference: `There is no room ${roomId}.`,
  });
  await audit(context, 'patient:add', `patient:${id}`);
}

export async function listPatients({ store }: AdministrationContext): Promise<Patient[]> {
  const rows = accepted(
    await store.service.from('patients').select('id, room_id, name, bed').is('removed_at', null).order('id'),
  );
  return rows.map(({ id, room_id: roomId, name, bed }) => ({ id, roomId, name, bed }));
}

/** The patient's records stay. @throws AdministrationError when the patient is unknown */
export async function removePatient(context: AdministrationContext, patientId: string): Promise<void> {
  const removed = accepted(
    await context.store.service
      .from('patients')
      .update({ removed_at: new Date(context.clock()).toISOString() })
      .eq('id', patientId)
      .is('removed_at', null)
      .select('id'),
  );
  if (removed.length === 0) throw new AdministrationError(`There is no patient ${patientId}.`);
  await audit(context, 'patient:remove', `patient:${patientId}`);
}

/** @throws AdministrationError */
export function requirePatientId(patientId: string, pattern: RegExp): void {
  if (pattern.test(patientId)) return;
  throw new AdministrationError(`"${patientId}" is not a patient id: it must match ${pattern.source}.`);
}
