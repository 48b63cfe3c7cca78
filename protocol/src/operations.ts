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

const shareSchema = z.number().min(0);

/** `GET /api/v1/operations`, and the answer to every change of it. */
export const operationsStateSchema = z.object({
  load: serverLoadSchema,
  /** The limit that began overload mode; null outside of it. */
  overloadedBy: z.string().max(64).nullable(),
  /** What is taken of each limit. */
  limits: z
    .array(z.object({ name: z.string().max(64), taken: z.number().min(0), limit: z.number().min(0) }))
    .max(20),
  /** Over the last seconds. Shares go from 0 to 1. */
  machine: z.object({
    /** Of the processor time of the machine, or of the container; and by Haven's server and media workers. */
    processor: shareSchema,
    ownProcessor: shareSchema,
    /** Of one core. */
    mainThread: shareSchema,
    busiestMediaWorker: shareSchema,
    /** 99th percentile, ms. */
    eventLoopDelayMs: z.number().min(0),
    memory: shareSchema,
  }),
});
export type OperationsState = z.infer<typeof operationsStateSchema>;

/** `POST /api/v1/operations/drain`; 0: everybody leaves at once. */
export const drainRequestSchema = z.object({ seconds: z.number().int().min(0).max(3600) });
