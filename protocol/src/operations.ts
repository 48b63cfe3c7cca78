/** How a server fares as a whole: what it gives up under load, and whether it takes new sessions. */
import { z } from 'zod';
import { timestampSchema } from './identifiers.ts';

/**
 * What is given up, in this order, when the machine is too busy; each step includes those before it. Patients in alert
 * and in focus are spared until the last.
 */
export const degradationStepSchema = z.enum([
  'none',
  /** Fewer pictures a second are analysed. */
  'analysis',
  /** Walls get lower layers. */
  'layers',
  /** What is off screen is paused at once, and small tiles become stills. */
  'off-screen',
  /** New sessions are refused. */
  'refusing',
]);
export type DegradationStep = z.infer<typeof degradationStepSchema>;

export const serverLoadSchema = z.object({
  step: degradationStepSchema,
  /** Nine tenths of a limit are taken: new sessions are refused for a while. */
  overloaded: z.boolean(),
  /** Until when the server lets its sessions run before it stops; null while it takes new ones. */
  drainingUntil: timestampSchema.nullable(),
});
export type ServerLoad = z.infer<typeof serverLoadSchema>;
