/** Bodies of the HTTP API under `/api/v1`. Every error has the body `{ error: WireError }`. */
import { z } from 'zod';
import { alertChangeSchema, alertSchema, reasonSchema } from './alerts.ts';
import { wireErrorSchema } from './errors.ts';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { detectedEventSchema, evidenceSchema } from './observations.ts';
import { analysisModeSchema, patientSchema, roleSchema, roomSchema, sourceSchema } from './patients.ts';
import { vitalNameSchema, vitalSchema } from './vitals.ts';

export const errorBodySchema = z.object({ error: wireErrorSchema });

/** `POST /api/v1/auth/sign-in`; the code is asked for with SECOND_FACTOR_REQUIRED. */
export const signInRequestSchema = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(256),
  code: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
});
/** `POST /api/v1/auth/refresh` */
export const refreshRequestSchema = z.object({ refreshToken: z.string().min(1).max(4096) });
/** `POST /api/v1/auth/unlock`: 204, and the session goes on. */
export const unlockRequestSchema = z.object({ password: z.string().min(1).max(256) });
/** `POST /api/v1/auth/password`: 204; every other session of the user ends. */
export const passwordChangeSchema = z.object({
  current: z.string().min(1).max(256),
  next: z.string().min(1).max(256),
});

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
  /** An administrator gave the password: nothing but `POST /auth/password` is allowed until it is changed. */
  passwordChangeRequired: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** `GET /api/v1/auth/status`, and the answer of `POST /api/v1/auth/activity`: somebody used the session just now. */
export const sessionStatusSchema = z.object({
  user: sessionSchema.shape.user,
  startedAt: timestampSchema,
  /** The session ends then, whatever is done. */
  endsAt: timestampSchema,
  /** The session locks then, unless somebody uses it; null when this installation never locks. */
  locksAt: timestampSchema.nullable(),
  locked: z.boolean(),
  passwordChangeRequired: z.boolean(),
  /** `unavailable` where the account system offers none. */
  secondFactor: z.enum(['unavailable', 'off', 'on']),
  /** What the caller may do now, as in docs/access.md. */
  actions: z.array(z.string().max(40)).max(100),
  roomIds: z.array(roomIdSchema).max(100),
  serverTime: timestampSchema,
});
export type SessionStatus = z.infer<typeof sessionStatusSchema>;

/**
 * `POST /api/v1/auth/second-factor`: begins to add one; it counts after `…/confirm` with its first code, which answers
 * with the session's new tokens. `DELETE /api/v1/auth/second-factor { password }`: 204.
 */
export const secondFactorSchema = z.object({
  factorId: z.string().max(64),
  /** `otpauth://…`, for the QR code. */
  uri: z.string().max(512),
  secret: z.string().max(128),
});
export const secondFactorConfirmationSchema = z.object({
  factorId: z.string().max(64),
  code: z.string().regex(/^\d{6}$/),
});

/** `POST /api/v1/break-glass`: a clinician's access to a room that is not theirs, in an emergency, reviewed afterwards. */
export const breakGlassRequestSchema = z.object({
  roomId: roomIdSchema,
  reason: reasonSchema.min(10),
  minutes: z.number().int().min(5).max(60),
});
export const breakGlassSchema = z.object({
  id: uuidSchema,
  userId: uuidSchema,
  userName: z.string().max(80),
  roomId: roomIdSchema,
  reason: reasonSchema,
  startedAt: timestampSchema,
  endsAt: timestampSchema,
  /** Ended before its time, by the user or an administrator. */
  endedAt: timestampSchema.nullable(),
  review: z
    .object({
      userId: uuidSchema,
      userName: z.string().max(80),
      at: timestampSchema,
      note: reasonSchema,
      justified: z.boolean(),
    })
    .nullable(),
});
export type BreakGlass = z.infer<typeof breakGlassSchema>;
/** `GET /api/v1/break-glass`: the caller's own that run now. `DELETE /api/v1/break-glass/:id` ends one: 204. */
export const ownBreakGlassSchema = z.object({ running: z.array(breakGlassSchema).max(100) });
/** `GET /api/v1/break-glass/rooms`: every room by name only, so that one can be asked for. */
export const breakGlassRoomsSchema = z.object({ rooms: z.array(roomSchema).max(1000) });

/** `GET /api/v1/patients`: those of the caller's rooms. */
export const patientListSchema = z.object({ patients: z.array(patientSchema) });

/** `PUT /api/v1/patients/:id/analysis-mode`, answered with {@link analysisModeAnswerSchema}. */
export const analysisModeChangeSchema = z.object({ mode: analysisModeSchema, reason: reasonSchema.min(3) });
export const analysisModeAnswerSchema = z.object({ patientId: patientIdSchema, mode: analysisModeSchema });
export type AnalysisModeAnswer = z.infer<typeof analysisModeAnswerSchema>;

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

/** Query of `GET /api/v1/patients/:id/trends`: the last hours; a day and less by the minute, more by the hour. */
export const trendsQuerySchema = z.object({
  hours: z.enum(['1', '8', '24', '168', '720']).default('8').transform(Number),
  /** The end; now by default. */
  until: z.coerce.number().int().min(0).optional(),
});
/** What was measured in a minute or an hour; null where nothing was. */
export const trendPointSchema = z.object({
  at: timestampSchema,
  mean: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Share of the seconds in which a value was measured, 0–1. */
  coverage: z.number().min(0).max(1),
});
export type TrendPoint = z.infer<typeof trendPointSchema>;
export const trendSchema = z.object({
  name: vitalNameSchema,
  /** From one point to the next, ms; each point stands at the beginning of its time. */
  stepMs: z.number().int().min(1000),
  points: z.array(trendPointSchema).max(1500),
});
export type Trend = z.infer<typeof trendSchema>;
export const trendsSchema = z.object({
  patientId: patientIdSchema,
  since: timestampSchema,
  until: timestampSchema,
  trends: z.array(trendSchema).max(8),
});
export type Trends = z.infer<typeof trendsSchema>;

/** One version of an alert, as it was written. `by` is null for what the rules did. */
export const alertTransitionSchema = z.object({
  version: z.number().int().min(1),
  change: alertChangeSchema,
  value: z.number().nullable(),
  limit: z.number().nullable(),
  by: z.object({ userId: uuidSchema, userName: z.string().max(80) }).nullable(),
  reason: reasonSchema.nullable(),
});
export type AlertTransition = z.infer<typeof alertTransitionSchema>;
/** One stored event that the analyzer saw. */
export const storedEventSchema = z.object({
  id: uuidSchema,
  event: detectedEventSchema,
  at: timestampSchema,
  /** When what was seen began; null where only `at` is known. */
  startedAt: timestampSchema.nullable(),
  confidence: z.number().min(0).max(1),
  evidence: evidenceSchema.nullable(),
});
export type StoredEvent = z.infer<typeof storedEventSchema>;

/** Events of an alert's time, the first ones. */
export const MAX_EVENTS_OF_ALERT = 200;
/**
 * `GET /api/v1/alerts/:id`: an alert, its whole life, and the vitals by the minute and the events from 15 min before
 * to 15 after.
 */
export const alertHistorySchema = z.object({
  alert: alertSchema,
  transitions: z.array(alertTransitionSchema).max(1000),
  events: z.array(storedEventSchema).max(MAX_EVENTS_OF_ALERT),
  trends: z.array(trendSchema).max(8),
});
export type AlertHistory = z.infer<typeof alertHistorySchema>;

/**
 * `GET /api/v1/alerts` (those of the caller's rooms) and `GET /api/v1/patients/:id/alerts`: newest first;
 * `?active=true` only what is on screen.
 */
export const alertsQuerySchema = z.object({
  active: z.enum(['true', 'false']).optional(),
  /** Only those that began before: the way to older pages. */
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});
export type AlertsQuery = z.output<typeof alertsQuerySchema>;
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
