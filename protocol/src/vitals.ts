import { z } from 'zod';
import { patientIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { sourceSchema } from './patients.ts';

/** Why a value is withheld, with the words that a nurse reads. */
export const WITHHELD_WORDS = {
  starting: 'Measuring, please wait',
  'no-picture': 'No picture',
  'no-face': 'Face not visible',
  'new-face': 'Making sure it is the patient',
  'several-faces': 'More than one face',
  'too-far': 'Face too small in the picture',
  'too-dark': 'Too dark',
  covered: 'Camera covered',
  frozen: 'Picture frozen',
  moving: 'Patient is moving',
  'weak-signal': 'Signal too weak',
  disagreement: 'Methods disagree',
  'light-changing': 'Light is changing',
  stale: 'No recent measurement',
} as const;
export type WithheldReason = keyof typeof WITHHELD_WORDS;
export const withheldReasonSchema = z.enum(
  Object.keys(WITHHELD_WORDS) as [WithheldReason, ...WithheldReason[]],
);

export const vitalNameSchema = z.enum(['pulse', 'breathing', 'motion']);
export type VitalName = z.infer<typeof vitalNameSchema>;
/** Units by UCUM: beats and breaths a minute; motion has none (0 still, 1 strongest). */
export const vitalUnitSchema = z.enum(['/min', '1']);

/**
 * One value at one second. `measured`: from a window accepted just now; `held`: an older accepted value, shown grey
 * after 5 s; `withheld`: no value, with the reason.
 */
export const vitalSchema = z
  .object({
    name: vitalNameSchema,
    unit: vitalUnitSchema,
    state: z.enum(['measured', 'held', 'withheld']),
    value: z.number().min(0).max(400).nullable(),
    /** Signal quality index 0–1: the share of values with this quality that are within 5/min. */
    quality: z.number().min(0).max(1),
    method: z.string().min(1).max(40),
    /** Length of the window behind the value, ms. */
    windowMs: z.number().int().min(0).max(300_000),
    /** End of the last accepted window; null while there was none. */
    measuredAt: timestampSchema.nullable(),
    reason: withheldReasonSchema.nullable(),
  })
  .refine(
    (vital) => (vital.state === 'withheld') === (vital.value === null),
    'withheld exactly when there is no value',
  )
  .refine(
    (vital) => (vital.state === 'withheld') === (vital.reason !== null),
    'a reason exactly when withheld',
  );
export type Vital = z.infer<typeof vitalSchema>;

/** A patient's vitals as they go to viewers, once a second. */
export const vitalsMessageSchema = z.object({
  patientId: patientIdSchema,
  streamId: uuidSchema,
  source: sourceSchema,
  at: timestampSchema,
  vitals: z.array(vitalSchema).max(8),
});
export type VitalsMessage = z.infer<typeof vitalsMessageSchema>;

/** Sample rate of every waveform, Hz. */
export const WAVEFORM_RATE_HZ = 25;

/**
 * A piece of the pulse waveform: band-passed skin signal in units of its own running standard deviation, null where
 * the rate is withheld (a gap on the screen). Consecutive pieces continue each other by `startAt`.
 */
export const waveformMessageSchema = z.object({
  patientId: patientIdSchema,
  streamId: uuidSchema,
  /** Time of the first sample. */
  startAt: timestampSchema,
  samples: z
    .array(z.number().min(-10).max(10).nullable())
    .min(1)
    .max(WAVEFORM_RATE_HZ * 4),
});
export type WaveformMessage = z.infer<typeof waveformMessageSchema>;
