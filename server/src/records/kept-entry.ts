/** What the journal keeps, and its form on disk: JSON, read again by the same schemas. */
import { observationSchema, timestampSchema, uuidSchema } from '@haven/protocol';
import { z } from 'zod';
import { chainedLineSchema } from '../audit/chained-line.ts';
import { checkpointSchema } from '../audit/checkpoint.ts';
import { keptAlertSchema } from './kept-alert.ts';

const auditEntrySchema = z.object({
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  result: z.enum(['done', 'refused', 'failed']),
  code: z.string().optional(),
  reason: z.string().optional(),
  address: z.string().optional(),
  at: z.number(),
});

const keptSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('observations'),
    keptAt: timestampSchema,
    observations: z.array(observationSchema),
  }),
  z.object({ kind: z.literal('alert'), keptAt: timestampSchema, alert: keptAlertSchema }),
  /** Lines of the audit trail with their places in the chain, and the checkpoint that closes the day before them. */
  z.object({
    kind: z.literal('audit-lines'),
    keptAt: timestampSchema,
    checkpoint: checkpointSchema.nullable(),
    lines: z.array(chainedLineSchema),
  }),
  /** As it was kept before there were chains. The id makes writing the line again harmless. */
  z.object({ kind: z.literal('audit'), keptAt: timestampSchema, id: uuidSchema, entry: auditEntrySchema }),
]);
export type Kept = z.infer<typeof keptSchema>;

export function serialise(kept: Kept): string {
  return JSON.stringify(kept);
}

/** @returns undefined when it is not of the documented form, as after an update that changed it */
export function parseKept(payload: string): Kept | undefined {
  try {
    return keptSchema.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
}
