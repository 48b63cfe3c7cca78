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
  'too-short': 'Needs a longer clear signal',
  'few-pictures': 'Too few pictures a second',
  irregular: 'Beats too irregular to tell from noise',
  'presence-only': 'Only presence is watched',
  privacy: 'Paused for privacy',
} as const;
export type WithheldReason = keyof typeof WITHHELD_WORDS;
export const withheldReasonSchema = z.enum(
  Object.keys(WITHHELD_WORDS) as [WithheldReason, ...WithheldReason[]],
);

/**
 * `motion` is 0 (still) to 1 (strongest), `presence` 1 (somebody is there) or 0; `sdnn` and `rmssd` are the variability
 * of the beats' intervals (Task Force 1996) and experimental.
 */
export const vitalNameSchema = z.enum(['pulse', 'breathing', 'motion', 'presence', 'sdnn', 'rmssd']);
export type VitalName = z.infer<typeof vitalNameSchema>;
/** Units by UCUM: beats and breaths a minute; milliseconds; motion and presence have none. */
export const vitalUnitSchema = z.enum(['/min', 'ms', '1']);

/** Where the true value lies with a probability of 95 %, in the vital's unit. */
export const intervalSchema = z
  .object({ low: z.number().min(0).max(400), high: z.number().min(0).max(400) })
  .refine(({ low, high }) => low <= high, 'the lower end is not above the upper');
export type Interval = z.infer<typeof intervalSchema>;

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
    /** Of a rate that is shown. */
    interval: intervalSchema.optional(),
    /** Signal quality index 0–1: the share of values with this quality that are within 5/min (breathing: 3/min). */
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
  /** Pictures a second that are analysed, when fewer than usual because the analysis is short of processor time. */
  reducedFrameRate: z.number().min(0).max(120).optional(),
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
