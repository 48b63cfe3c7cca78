/** What a patient's rules alert at: limits of one's own, or the room's, or Haven's. */
import { z } from 'zod';
import { patientIdSchema, roomIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { reasonSchema } from './alerts.ts';

/** What the camera method measures, per minute: a limit outside would never, or always, be crossed. */
export const MEASURABLE = { pulse: { low: 36, high: 200 }, breathing: { low: 6, high: 40 } } as const;

/** How far inside a limit a rate must be before its alert can clear, per minute. */
export const HYSTERESIS = { pulse: 5, breathing: 2 } as const;

const pulse = z.number().int().min(MEASURABLE.pulse.low).max(MEASURABLE.pulse.high);
const breathing = z.number().int().min(MEASURABLE.breathing.low).max(MEASURABLE.breathing.high);

/** Rules of events that can be switched off for somebody who may, for instance, get up. Rates always have limits. */
export const optionalRuleSchema = z.enum(['bed-exit', 'absent', 'restless']);
export type OptionalRule = z.infer<typeof optionalRuleSchema>;

export const alertLimitsSchema = z
  .strictObject({
    pulseLow: pulse,
    pulseHigh: pulse,
    /** Change of the pulse within five minutes, per minute, that alerts; null switches the rule off. */
    pulseChange: z.number().int().min(15).max(100).nullable(),
    breathingLow: breathing,
    breathingHigh: breathing,
    /** How long a rate must be beyond its limit, s. */
    delaySeconds: z.number().int().min(15).max(20),
    off: z.array(optionalRuleSchema).max(optionalRuleSchema.options.length),
  })
  .refine(({ pulseLow, pulseHigh }) => pulseHigh - pulseLow >= 4 * HYSTERESIS.pulse, {
    path: ['pulseHigh'],
    message: `must be at least ${4 * HYSTERESIS.pulse} above pulseLow`,
  })
  .refine(({ breathingLow, breathingHigh }) => breathingHigh - breathingLow >= 4 * HYSTERESIS.breathing, {
    path: ['breathingHigh'],
    message: `must be at least ${4 * HYSTERESIS.breathing} above breathingLow`,
  });
export type AlertLimits = z.infer<typeof alertLimitsSchema>;

/** The edges of NEWS2's three-point bands, as far as they can be measured. */
export const DEFAULT_ALERT_LIMITS: Readonly<AlertLimits> = {
  pulseLow: 50,
  pulseHigh: 130,
  pulseChange: 40,
  breathingLow: 8,
  breathingHigh: 24,
  delaySeconds: 15,
  off: ['restless'],
};

/** Limits in force, where they come from, and who set them why. */
export const limitsInForceSchema = z.object({
  limits: alertLimitsSchema,
  origin: z.enum(['haven', 'room', 'patient']),
  /** 0 for Haven's own, which nobody set. */
  version: z.number().int().min(0),
  changed: z
    .object({
      userId: uuidSchema,
      userName: z.string().max(80),
      at: timestampSchema,
      reason: reasonSchema,
    })
    .nullable(),
});
export type LimitsInForce = z.infer<typeof limitsInForceSchema>;

/** `GET /api/v1/patients/:id/limits` and the answer of a change. `room` is what holds without the patient's own. */
export const patientLimitsSchema = z.object({
  patientId: patientIdSchema,
  inForce: limitsInForceSchema,
  room: limitsInForceSchema,
});
export type PatientLimits = z.infer<typeof patientLimitsSchema>;

/** `GET /api/v1/rooms/:id/limits` and the answer of a change. */
export const roomLimitsSchema = z.object({ roomId: roomIdSchema, inForce: limitsInForceSchema });
export type RoomLimits = z.infer<typeof roomLimitsSchema>;

const reasonGiven = reasonSchema.min(3);

/** `PUT /api/v1/patients/:id/limits`, `PUT /api/v1/rooms/:id/limits`. */
export const limitsChangeSchema = z.object({
  limits: alertLimitsSchema,
  reason: reasonGiven,
  /** The version that the change was made from, of the same origin; 0 when there were none. CHANGED_MEANWHILE otherwise. */
  version: z.number().int().min(0),
});
/** `DELETE /api/v1/patients/:id/limits`, `DELETE /api/v1/rooms/:id/limits`: back to the room's, or to Haven's. */
export const limitsRemovalSchema = z.object({ reason: reasonGiven, version: z.number().int().min(1) });
