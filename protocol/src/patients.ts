import { z } from 'zod';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { privacySchema } from './privacy.ts';
import { linkQualitySchema } from './quality.ts';

/** Where a stream's picture comes from. Anything synthetic is marked SIMULATED on every screen. */
export const sourceSchema = z.enum(['camera', 'file', 'synthetic']);
export type Source = z.infer<typeof sourceSchema>;

export const roleSchema = z.enum(['administrator', 'clinician', 'observer', 'device-technician', 'auditor']);
export type Role = z.infer<typeof roleSchema>;

export const roomSchema = z.object({ id: roomIdSchema, name: z.string().min(1).max(80) });
export type Room = z.infer<typeof roomSchema>;

/**
 * What is measured of a patient: `vitals` (pulse, breathing, variability), `presence` (presence, movement, events),
 * `both`, or `off`: then nothing is decoded.
 */
export const analysisModeSchema = z.enum(['vitals', 'presence', 'both', 'off']);
export type AnalysisMode = z.infer<typeof analysisModeSchema>;

export const patientSchema = z.object({
  id: patientIdSchema,
  roomId: roomIdSchema,
  name: z.string().min(1).max(80),
  bed: z.string().min(1).max(20),
  analysisMode: analysisModeSchema,
});
export type Patient = z.infer<typeof patientSchema>;

/** What is wrong with a stream's picture or analysis, as a technical fact. */
export const technicalConditionSchema = z.enum([
  'signal-lost',
  'picture-frozen',
  'camera-covered',
  'too-dark',
  'analysis-stopped',
]);
export type TechnicalCondition = z.infer<typeof technicalConditionSchema>;

/** One patient's live video, as every viewer of the room sees it. */
export const streamStateSchema = z.object({
  streamId: uuidSchema,
  patientId: patientIdSchema,
  source: sourceSchema,
  startedAt: timestampSchema,
  /** When the SFU last received RTP for it; null before the first packet. */
  lastPacketAt: timestampSchema.nullable(),
  /** Highest spatial layer that the device sends (0-based). */
  maxSpatialLayer: z.number().int().min(0).max(3),
  conditions: z.array(technicalConditionSchema).max(8),
  /** Of the link between the device and the SFU. */
  quality: linkQualitySchema,
  /** The running pause of the picture, if any: then no packets are expected and nothing is measured. */
  privacy: privacySchema.nullable(),
  /** Whether a clinician can talk with this bedside. */
  talk: z.boolean(),
});
export type StreamState = z.infer<typeof streamStateSchema>;

export const streamEndReasonSchema = z.enum([
  'device-stopped',
  'device-lost',
  'superseded',
  'revoked',
  /** The patient was moved to another room: publish again, for its viewers. */
  'patient-moved',
  /** The device sent far more than it may, for seconds: it has to send less, and waits before it publishes again. */
  'bitrate-exceeded',
  'media-worker-died',
  'server-stopping',
]);
export type StreamEndReason = z.infer<typeof streamEndReasonSchema>;
