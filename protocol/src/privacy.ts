/** Privacy: the picture is stopped at its source for a while, and nothing is measured. */
import { z } from 'zod';
import { timestampSchema } from './identifiers.ts';

export const privacyReasonSchema = z.enum([
  'personal-care',
  'examination',
  'conversation',
  'visit',
  /** The patient, or somebody for them, asked for it. */
  'wish',
]);
export type PrivacyReason = z.infer<typeof privacyReasonSchema>;

/** A pause ends by itself: nobody is left unwatched because it was forgotten. */
export const MAX_PRIVACY_MINUTES = 60;
export const privacyMinutesSchema = z.number().int().min(1).max(MAX_PRIVACY_MINUTES);

export const privacySchema = z.object({
  reason: privacyReasonSchema,
  /** Where it was asked for: at the bedside, or on a clinician's wall. */
  by: z.enum(['bedside', 'clinician']),
  since: timestampSchema,
  until: timestampSchema,
});
export type Privacy = z.infer<typeof privacySchema>;
