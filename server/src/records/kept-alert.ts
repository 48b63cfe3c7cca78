/** Alerts in the journal, also as they were written before they had silences, reasons and changes. */
import {
  acknowledgementSchema,
  alertChangeSchema,
  alertSchema,
  reasonSchema,
  soundPauseSchema,
  type Alert,
} from '@haven/protocol';

export const keptAlertSchema = alertSchema
  .extend({
    acknowledgement: acknowledgementSchema
      .extend({ reason: reasonSchema.nullable().default(null) })
      .nullable(),
    silence: soundPauseSchema.nullable().default(null),
    change: alertChangeSchema.optional(),
  })
  .transform((kept): Alert => ({ ...kept, change: kept.change ?? lastChangeOf(kept) }));

/** As far as the alert itself still tells. */
function lastChangeOf({
  startedAt,
  clearedAt,
  acknowledgement,
}: Pick<Alert, 'startedAt' | 'clearedAt' | 'acknowledgement'>): Alert['change'] {
  if (acknowledgement !== null && acknowledgement.at >= (clearedAt ?? 0)) {
    return { kind: 'acknowledged', at: acknowledgement.at };
  }
  return clearedAt === null ? { kind: 'raised', at: startedAt } : { kind: 'cleared', at: clearedAt };
}
