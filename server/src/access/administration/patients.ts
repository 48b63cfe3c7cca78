import {
  managedPatientSchema,
  patientChangeSchema,
  patientSchema,
  type ManagedPatient,
  type Patient,
} from '@haven/protocol';
import { z } from 'zod';
import { accepted, AdministrationError, audit, auditEach, type AdministrationContext } from './context.ts';
import { readPage, WHOLE, type ListQuery, type Page } from './lists.ts';

/** As it is stored; whether a stream runs is known to the server that carries it. */
export type StoredPatient = Omit<ManagedPatient, 'streaming'>;
export type PatientChange = z.output<typeof patientChangeSchema>;

const storedPatientSchema = managedPatientSchema.omit({ streaming: true });
const patientsSchema = z.object({ total: z.number(), items: z.array(storedPatientSchema) });
const actionsSchema = z.array(z.string());

/**
 * @param pattern the form that this installation gives to ids
 * @throws AdministrationError INVALID_REQUEST, ALREADY_EXISTS (the id or the bed), ROOM_UNKNOWN
 */
export async function addPatient(
  context: AdministrationContext,
  patient: Patient,
  pattern: RegExp,
): Promise<void> {
  requirePatientId(patient.id, pattern);
  if (!patientSchema.safeParse(patient).success) {
    throw new AdministrationError(
      'INVALID_REQUEST',
      'A patient needs a name of at most 80 characters, a bed of at most 20, and a room.',
    );
  }
  const { id, roomId, name, bed, analysisMode } = patient;
  const { service } = context.store;
  const known = accepted(await service.from('patients').select('id').eq('id', id));
  if (known.length > 0) {
    throw new AdministrationError(
      'ALREADY_EXISTS',
      `There is, or was, a patient ${id}. An id is never given twice, so that records stay apart.`,
    );
  }
  accepted(
    await service.from('patients').insert({ id, room_id: roomId, name, bed, analysis_mode: analysisMode }),
    {
      duplicate: new AdministrationError('ALREADY_EXISTS', `Bed ${bed} of room ${roomId} is taken.`),
      reference: new AdministrationError('ROOM_UNKNOWN', `There is no room ${roomId}.`),
    },
  );
  await audit(context, 'patient:add', `patient:${id}`);
}

export async function listPatients(context: AdministrationContext): Promise<StoredPatient[]> {
  return (await pageOfPatients(context, WHOLE)).items;
}

export function pageOfPatients(
  context: AdministrationContext,
  query: ListQuery,
): Promise<Page<StoredPatient>> {
  return readPage(context, 'list_patients', patientsSchema, query);
}

/** @throws AdministrationError PATIENT_UNKNOWN */
export async function findPatient(context: AdministrationContext, patientId: string): Promise<StoredPatient> {
  const { items } = await pageOfPatients(context, { ...WHOLE, search: patientId });
  const patient = items.find(({ id }) => id === patientId);
  if (patient === undefined) throw unknownPatient(patientId);
  return patient;
}

/** @throws AdministrationError PATIENT_UNKNOWN, ROOM_UNKNOWN, ALREADY_EXISTS (the bed) */
export async function changePatient(
  context: AdministrationContext,
  patientId: string,
  change: PatientChange,
): Promise<void> {
  const answer = await context.store.service.rpc('change_patient', {
    p_patient: patientId,
    p_change: change,
  });
  const changed = accepted(answer, {
    duplicate: new AdministrationError('ALREADY_EXISTS', 'The bed is taken.'),
    raised: { PATIENT_UNKNOWN: unknownPatient(patientId).message },
  });
  await auditEach(context, actionsSchema.parse(changed), `patient:${patientId}`);
}

/** Revokes the patient's devices as well; the records stay. @throws AdministrationError PATIENT_UNKNOWN */
export async function removePatient(context: AdministrationContext, patientId: string): Promise<void> {
  const revoked = accepted(await context.store.service.rpc('remove_patient', { p_patient: patientId }), {
    raised: { PATIENT_UNKNOWN: unknownPatient(patientId).message },
  });
  await audit(context, 'patient:remove', `patient:${patientId}`);
  for (const deviceId of actionsSchema.parse(revoked)) {
    await audit(context, 'device:revoke', `device:${deviceId}`);
  }
}

/** @throws AdministrationError INVALID_REQUEST */
export function requirePatientId(patientId: string, pattern: RegExp): void {
  if (pattern.test(patientId)) return;
  throw new AdministrationError(
    'INVALID_REQUEST',
    `"${patientId}" is not a patient id: it must match ${pattern.source}.`,
  );
}

function unknownPatient(patientId: string): AdministrationError {
  return new AdministrationError('PATIENT_UNKNOWN', `There is no patient ${patientId}.`);
}
