import { z } from 'zod';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { sourceSchema } from './patients.ts';

/** Priorities in the sense of IEC 60601-1-8; `technical` is a condition of the equipment. */
export const alertPrioritySchema = z.enum(['high', 'medium', 'low', 'technical']);
export type AlertPriority = z.infer<typeof alertPrioritySchema>;

export const alertRuleSchema = z.enum([
  'pulse-high',
  'pulse-low',
  'signal-lost',
  'picture-frozen',
  'camera-covered',
  'analysis-stopped',
]);
export type AlertRule = z.infer<typeof alertRuleSchema>;

export const acknowledgementSchema = z.object({
  userId: uuidSchema,
  userName: z.string().max(80),
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
  /** The value and the limit that it crossed, for rules that have them. */
  value: z.number().nullable(),
  limit: z.number().nullable(),
  /** True while it belongs on screen: present, or latched and not yet acknowledged. */
  active: z.boolean(),
  /** Rises by one at each change: a viewer keeps the highest. */
  version: z.number().int().min(1),
});
export type Alert = z.infer<typeof alertSchema>;
