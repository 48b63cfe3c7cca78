/** Bodies of the HTTP API under `/api/v1/audit`, for auditors. */
import { z } from 'zod';
import { timestampSchema, uuidSchema } from './identifiers.ts';

/** A line of the audit trail: who did what to what, when, from where, with what result. */
export const auditLineSchema = z.object({
  id: uuidSchema,
  at: timestampSchema,
  /** `user:<id>`, `device:<id>`, `cv-worker:<id>`, `anonymous`, `system`, `command-line`. */
  actor: z.string().max(128),
  /** Of a user that is still known; null otherwise. */
  actorName: z.string().max(80).nullable(),
  action: z.string().max(64),
  subject: z.string().max(160),
  result: z.enum(['done', 'refused', 'failed']),
  /** An error code for refusals. */
  code: z.string().max(64).nullable(),
  /** What the actor gave as the reason. */
  reason: z.string().max(200).nullable(),
  address: z.string().max(64).nullable(),
  /** How often it happened: the same refusals of a minute share a line that follows the first. */
  count: z.number().int().min(1).default(1),
  /** The server that wrote it; its lines of a day are one chain. Null in lines from before there were chains. */
  node: z.string().max(64).nullable(),
  /** The UTC day of the chain. */
  day: z.iso.date().nullable().default(null),
  /** From 1 in each chain. */
  sequence: z.number().int().min(1).nullable(),
  /** SHA-256 over this line and the hash before it, hexadecimal. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});
export type AuditLine = z.infer<typeof auditLineSchema>;

/** `POST /api/v1/audit/search`: newest first. Texts match whole, or by their beginning when they end with `*`. */
export const auditQuerySchema = z.object({
  since: z.coerce.number().int().min(0).optional(),
  until: z.coerce.number().int().min(0).optional(),
  actor: z.string().trim().max(128).optional(),
  action: z.string().trim().max(64).optional(),
  subject: z.string().trim().max(160).optional(),
  result: z.enum(['done', 'refused', 'failed']).optional(),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;
export const auditPageSchema = z.object({ lines: z.array(auditLineSchema), next: z.string().nullable() });

const day = z.iso.date();
/** Query of `GET /api/v1/audit/verify`: days in UTC, both ends included, at most 92. */
export const auditVerifyQuerySchema = z.object({ from: day, to: day });
export const auditProblemSchema = z.object({
  kind: z.enum([
    'line-changed',
    'line-missing',
    'lines-swapped',
    'chain-cut-off',
    'checkpoint-missing',
    'checkpoint-forged',
  ]),
  /** Where: the sequence number of the first line that does not fit; null for a whole chain. */
  sequence: z.number().int().nullable(),
  message: z.string().max(300),
});
export type AuditProblem = z.infer<typeof auditProblemSchema>;
/** One chain: a node's lines of a day. */
export const auditChainReportSchema = z.object({
  node: z.string().max(64),
  day,
  lines: z.number().int().min(0),
  /** Closed by a signed checkpoint, which today's cannot be yet. */
  closed: z.boolean(),
  problems: z.array(auditProblemSchema).max(100),
});
export type AuditChainReport = z.infer<typeof auditChainReportSchema>;
export const auditVerificationSchema = z.object({
  ok: z.boolean(),
  checkedAt: timestampSchema,
  chains: z.array(auditChainReportSchema),
  /** Lines from before there were chains: nothing vouches for them. */
  beforeChains: z.number().int().min(0).default(0),
});

/** Query of `GET /api/v1/audit/export`: one day in UTC as JSON lines, chains one after the other, checkpoints last. */
export const auditExportQuerySchema = z.object({ day });
