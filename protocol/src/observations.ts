import { z } from 'zod';
import { patientIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { sourceSchema, technicalConditionSchema } from './patients.ts';
import { vitalSchema } from './vitals.ts';

/** Something the analyzer saw happen. */
export const detectedEventSchema = z.enum([
  'absent',
  'returned',
  'second-person',
  'restless',
  'fall',
  'bed-exit',
]);
export type DetectedEvent = z.infer<typeof detectedEventSchema>;

const common = {
  /** Given once by the CV worker: storing the same observation twice changes nothing. */
  id: uuidSchema,
  assignmentId: uuidSchema,
  /** Fencing token of the assignment: an older one is refused with STALE_EPOCH. */
  epoch: z.number().int().min(0),
  patientId: patientIdSchema,
  streamId: uuidSchema,
  source: sourceSchema,
  at: timestampSchema,
};

/** What a CV worker posts about a patient; times are of the worker's clock at the frame's arrival. */
export const observationSchema = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('vital'), vital: vitalSchema }),
  z.object({
    ...common,
    kind: z.literal('event'),
    event: detectedEventSchema,
    confidence: z.number().min(0).max(1),
  }),
  z.object({
    ...common,
    kind: z.literal('condition'),
    condition: technicalConditionSchema,
    present: z.boolean(),
  }),
]);
export type Observation = z.infer<typeof observationSchema>;

/** Largest batch of observations in one message: 50 patients, a few values each. */
export const MAX_OBSERVATIONS_PER_BATCH = 200;
