import { z } from 'zod';
import { patientIdSchema, timestampSchema, uuidSchema } from './identifiers.ts';
import { sourceSchema, technicalConditionSchema } from './patients.ts';
import { vitalSchema } from './vitals.ts';

/** Something the analyzer saw happen. */
export const detectedEventSchema = z.enum([
  'absent',
  'returned',
  'second-person',
  /** The second person has left. */
  'alone',
  'restless',
  'fall',
  /** Out of bed or chair. */
  'bed-exit',
  /** The face is too small in the picture to be measured. */
  'too-far',
]);
export type DetectedEvent = z.infer<typeof detectedEventSchema>;

/** Entries of an event's evidence. */
export const MAX_EVIDENCE_ENTRIES = 8;
/** The figures that led to an event, by name, such as `secondsWithoutFace`; units are part of the name. */
export const evidenceSchema = z
  .record(z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/), z.number())
  .refine((evidence) => Object.keys(evidence).length <= MAX_EVIDENCE_ENTRIES, 'at most 8 entries');
export type Evidence = z.infer<typeof evidenceSchema>;

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
    /** When what was seen began; `at` is when it was certain enough to be told. */
    startedAt: timestampSchema.optional(),
    evidence: evidenceSchema.optional(),
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
