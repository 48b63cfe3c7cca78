/** Bodies of the HTTP API under `/api/v1/admin`. */
import { z } from 'zod';
import { reasonSchema } from './alerts.ts';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { analysisModeSchema, roleSchema, sourceSchema } from './patients.ts';
import { breakGlassSchema } from './rest.ts';

const name = z.string().trim().min(1).max(80);
const bed = z.string().trim().min(1).max(20);

/** `POST /admin/…/search`, of every list: `search` finds in ids, names and addresses; `after` is the id that the last page ended with. */
export const listQuerySchema = z.object({
  search: z.string().trim().max(80).default(''),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item).max(200), total: z.number().int().min(0), next: z.string().nullable() });

/** `POST /admin/users/search`, `POST /admin/users`, `PATCH /admin/users/:id` */
export const managedUserSchema = z.object({
  id: uuidSchema,
  email: z.string().max(254),
  displayName: z.string().max(80),
  roles: z.array(roleSchema),
  roomIds: z.array(roomIdSchema),
  disabled: z.boolean(),
  /** Until then too many wrong passwords keep the account from signing in; null when they do not. */
  lockedUntil: timestampSchema.nullable(),
});
export type ManagedUser = z.infer<typeof managedUserSchema>;
export const userPageSchema = page(managedUserSchema);
export const newUserSchema = z.strictObject({
  email: z.email().max(254),
  displayName: name,
  roles: z.array(roleSchema).max(5),
  roomIds: z.array(roomIdSchema).max(100),
});
/** What is left out stays. `locked: false` lets somebody sign in again before the lock ends. */
export const userChangeSchema = z.strictObject({
  displayName: name.optional(),
  roles: z.array(roleSchema).max(5).optional(),
  roomIds: z.array(roomIdSchema).max(100).optional(),
  disabled: z.boolean().optional(),
  locked: z.literal(false).optional(),
});
/** Answer of `POST /admin/users` and `POST /admin/users/:id/reset-password`: the password is shown this once. */
export const userWithPasswordSchema = z.object({ user: managedUserSchema, password: z.string() });

/** `POST /admin/rooms/search`, `POST /admin/rooms`, `PATCH|DELETE /admin/rooms/:id` (IN_USE while it has patients) */
export const managedRoomSchema = z.object({
  id: roomIdSchema,
  name: z.string().max(80),
  patients: z.number().int().min(0),
  users: z.number().int().min(0),
});
export type ManagedRoom = z.infer<typeof managedRoomSchema>;
export const roomPageSchema = page(managedRoomSchema);
export const newRoomSchema = z.strictObject({ id: roomIdSchema, name });
export const roomChangeSchema = z.strictObject({ name });

/** `POST /admin/patients/search`, `POST /admin/patients`, `PATCH|DELETE /admin/patients/:id` (PATIENT_HAS_STREAM while one runs) */
export const managedPatientSchema = z.object({
  id: patientIdSchema,
  roomId: roomIdSchema,
  name: z.string().max(80),
  bed: z.string().max(20),
  analysisMode: analysisModeSchema,
  devices: z.number().int().min(0),
  /** The source of the running stream; null when none runs. */
  streaming: sourceSchema.nullable(),
});
export type ManagedPatient = z.infer<typeof managedPatientSchema>;
export const patientPageSchema = page(managedPatientSchema);
export const newPatientSchema = z.strictObject({
  id: patientIdSchema,
  roomId: roomIdSchema,
  name,
  bed,
  analysisMode: analysisModeSchema.default('both'),
});
export const patientChangeSchema = z.strictObject({
  roomId: roomIdSchema.optional(),
  name: name.optional(),
  bed: bed.optional(),
  analysisMode: analysisModeSchema.optional(),
});

/** `POST /admin/devices/search`, `POST /admin/devices`, `DELETE /admin/devices/:id` (revokes), `POST /admin/devices/:id/rotate` */
export const managedDeviceSchema = z.object({
  id: uuidSchema,
  patientId: patientIdSchema,
  name: z.string().max(80),
  createdAt: timestampSchema,
  revokedAt: timestampSchema.nullable(),
  connected: z.boolean(),
});
export type ManagedDevice = z.infer<typeof managedDeviceSchema>;
export const devicePageSchema = page(managedDeviceSchema);
export const newDeviceSchema = z.strictObject({ patientId: patientIdSchema, name });
/** The token is shown this once. A rotated device's old token is void from now on. */
export const deviceWithTokenSchema = z.object({ device: managedDeviceSchema, token: z.string() });

/** `POST /admin/cv-keys/search`, `POST /admin/cv-keys`, `DELETE /admin/cv-keys/:id` (revokes), `POST /admin/cv-keys/:id/rotate` */
export const managedKeySchema = z.object({
  id: uuidSchema,
  name: z.string().max(80),
  createdAt: timestampSchema,
  revokedAt: timestampSchema.nullable(),
});
export type ManagedKey = z.infer<typeof managedKeySchema>;
export const keyPageSchema = page(managedKeySchema);
export const newKeySchema = z.strictObject({ name });
export const keyWithTokenSchema = z.object({ key: managedKeySchema, token: z.string() });

/** `POST /admin/break-glass/search`, `POST /admin/break-glass/:id/end`, `POST /admin/break-glass/:id/review` */
export const breakGlassPageSchema = page(breakGlassSchema);
export const breakGlassReviewSchema = z.strictObject({ note: reasonSchema.min(3), justified: z.boolean() });

/** `GET /admin/integrity`: what refers to something that is gone, or is of no use to anybody. */
export const integrityProblemSchema = z.object({
  kind: z.enum([
    'user-without-role',
    'user-without-room',
    'room-without-clinician',
    'patient-without-device',
    'account-without-profile',
    'profile-without-account',
    'device-of-removed-patient',
    'limits-of-removed-patient',
  ]),
  /** Such as `user:…`. */
  subject: z.string().max(160),
});
export type IntegrityProblem = z.infer<typeof integrityProblemSchema>;
export const integritySchema = z.object({
  checkedAt: timestampSchema,
  problems: z.array(integrityProblemSchema).max(1000),
});
