import { z } from 'zod';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { sourceSchema } from './patients.ts';

/** Priorities in the sense of IEC 60601-1-8; `technical` is a condition of the equipment. */
export const alertPrioritySchema = z.enum(['high', 'medium', 'low', 'technical']);
export type AlertPriority = z.infer<typeof alertPrioritySchema>;

export const alertRuleSchema = z.enum([
  'pulse-high',
  'pulse-low',
  'pulse-rising',
  'pulse-falling',
  'breathing-high',
  'breathing-low',
  'fall',
  'bed-exit',
  'absent',
  'restless',
  'signal-lost',
  'picture-frozen',
  'camera-covered',
  'analysis-stopped',
]);
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** Why somebody did something, in their own words; part of the audit trail, never of a log. */
export const reasonSchema = z.string().trim().max(200);

/** Longest pause of sound, s: of a room, or of one alert. */
export const LONGEST_SOUND_PAUSE_S = 120;
export const soundPauseSecondsSchema = z.number().int().min(1).max(LONGEST_SOUND_PAUSE_S);

export const acknowledgementSchema = z.object({
  userId: uuidSchema,
  userName: z.string().max(80),
  at: timestampSchema,
  reason: reasonSchema.nullable(),
});

/** The sound is off until then, for every station: of one alert (silence), or of the whole room (pause). */
export const soundPauseSchema = acknowledgementSchema.extend({ until: timestampSchema });
export type SoundPause = z.infer<typeof soundPauseSchema>;

/**
 * What the newest version of an alert changed. `returned`: the condition came back before anybody acknowledged;
 * `moved`: the patient lies in another room now; `ended`: the patient was removed, and the alert with them.
 */
export const alertChangeSchema = z.object({
  kind: z.enum(['raised', 'cleared', 'returned', 'acknowledged', 'silenced', 'moved', 'ended']),
  at: timestampSchema,
});

/**
 * An episode of a rule for a patient. Its condition and its acknowledgement are independent facts. A high alert
 * stays on screen until it is acknowledged even when its condition has cleared (latched). An episode is unique by
 * patient, rule and episode number.
 */
export const alertSchema = z.object({
  id: uuidSchema,
  patientId: patientIdSchema,
  roomId: roomIdSchema,
  rule: alertRuleSchema,
  priority: alertPrioritySchema,
  episode: z.number().int().min(1),
  source: sourceSchema,
  condition: z.enum(['present', 'cleared']),
  startedAt: timestampSchema,
  clearedAt: timestampSchema.nullable(),
  acknowledgement: acknowledgementSchema.nullable(),
  /** The last silence, running or over. */
  silence: soundPauseSchema.nullable(),
  /** The value and the limit that it crossed, for rules that have them. */
  value: z.number().nullable(),
  limit: z.number().nullable(),
  /** True while it belongs on screen: present, or latched and not yet acknowledged. */
  active: z.boolean(),
  /** Rises by one at each change: a viewer keeps the highest. */
  version: z.number().int().min(1),
  change: alertChangeSchema,
});
export type AlertChange = z.infer<typeof alertChangeSchema>;
export type Alert = z.infer<typeof alertSchema>;
