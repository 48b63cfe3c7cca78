/** Bodies of the HTTP API under `/api/v1`. Every error has the body `{ error: WireError }`. */
import { z } from 'zod';
import { alertSchema } from './alerts.ts';
import { wireErrorSchema } from './errors.ts';
import { patientIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { patientSchema, roleSchema, sourceSchema } from './patients.ts';
import { vitalSchema } from './vitals.ts';

export const errorBodySchema = z.object({ error: wireErrorSchema });

/** `POST /api/v1/auth/sign-in` */
export const signInRequestSchema = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(256),
});
/** `POST /api/v1/auth/refresh` */
export const refreshRequestSchema = z.object({ refreshToken: z.string().min(1).max(4096) });

/** Answer of sign-in and refresh. */
export const sessionSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  /** When the access token ends. */
  expiresAt: timestampSchema,
  user: z.object({
    id: uuidSchema,
    displayName: z.string().max(80),
    roles: z.array(roleSchema),
  }),
});
export type Session = z.infer<typeof sessionSchema>;

/** `GET /api/v1/patients`: those of the caller's rooms. */
export const patientListSchema = z.object({ patients: z.array(patientSchema) });

/** Query of `GET /api/v1/patients/:id/vitals`; the default is the last hour, the longest span a day. */
export const vitalsQuerySchema = z.object({
  since: z.coerce.number().int().min(0).optional(),
  until: z.coerce.number().int().min(0).optional(),
});

/** One stored vital. */
export const storedVitalSchema = z.intersection(
  vitalSchema,
  z.object({ id: uuidSchema, at: timestampSchema, streamId: uuidSchema, source: sourceSchema }),
);
export type StoredVital = z.infer<typeof storedVitalSchema>;
export const vitalListSchema = z.object({ patientId: patientIdSchema, vitals: z.array(storedVitalSchema) });

/** `GET /api/v1/alerts`: newest first, those of the caller's rooms; `?active=true` only what is on screen. */
export const alertsQuerySchema = z.object({
  active: z.enum(['true', 'false']).optional(),
  patientId: patientIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});
export const alertListSchema = z.object({ alerts: z.array(alertSchema) });

export const healthStatusSchema = z.enum(['healthy', 'degraded', 'unhealthy']);
/** `GET /health`; the subsystems are given only to a caller with the metrics credential. */
export const healthSchema = z.object({
  status: healthStatusSchema,
  message: z.string(),
  subsystems: z.record(z.string(), z.object({ status: healthStatusSchema, message: z.string() })).optional(),
});
export type Health = z.infer<typeof healthSchema>;

/** `GET /api/v1/settings`: what a browser must know before signing in. */
export const publicSettingsSchema = z.object({
  protocol: z.number().int(),
  /** The demo runs: screens say so. */
  demo: z.boolean(),
  /** Other machines can reach the media: false tells the installer to set HAVEN_ANNOUNCED_ADDRESS. */
  announcedAddress: z.string().nullable(),
  patientIdPattern: z.string(),
});
export type PublicSettings = z.infer<typeof publicSettingsSchema>;
