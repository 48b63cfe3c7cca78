import { ERRORS, errorCodeSchema, HavenError, type ErrorCode } from '@haven/protocol';
import type { AuditEntry } from '../../records/records.ts';
import type { StoreAnswer } from '../../records/store-calls.ts';
import type { Store } from '../../records/store.ts';

/** An administrator's request cannot be done. The message is a sentence for that person. */
export class AdministrationError extends HavenError {
  constructor(code: ErrorCode, message: string = ERRORS[code].advice, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause });
    this.name = 'AdministrationError';
  }
}

export type AdministrationContext = {
  store: Store;
  /** Who does it, as in the audit trail. */
  actor: string;
  /** The signed-in user who does it; left out for the command line and the server itself. */
  userId?: string;
  /** The peer's IP address. */
  address?: string;
  /** ms since the epoch */
  clock: () => number;
  /** Keeps a line of the audit trail: `Records.audit` in the server, `DirectAudit.keep` in a command. */
  keep: (entry: AuditEntry) => Promise<void>;
};

/** What it means that the tables refuse, by PostgreSQL's SQLSTATE. */
export type Refusals = {
  /** 23505: it exists already. */
  duplicate?: AdministrationError;
  /** 23503: what it refers to does not exist, or it is referred to. */
  reference?: AdministrationError;
  /** Of functions that raise a code of the API. */
  raised?: Partial<Record<ErrorCode, string>>;
};

/** @throws AdministrationError */
export function accepted<T>(answer: StoreAnswer<T>, refusals: Refusals = {}): T {
  if (answer.error === null) return answer.data;
  const { code, message } = answer.error;
  const raised = errorCodeSchema.safeParse(message);
  if (code === 'P0001' && raised.success) {
    throw new AdministrationError(raised.data, refusals.raised?.[raised.data], answer.error);
  }
  if (code === '23505' && refusals.duplicate !== undefined) throw refusals.duplicate;
  if (code === '23503' && refusals.reference !== undefined) throw refusals.reference;
  if (code === '23514') throw new AdministrationError('INVALID_REQUEST', undefined, answer.error);
  throw new AdministrationError(
    'STORAGE_UNAVAILABLE',
    `The record store did not do it (${code}). Is the database running?`,
    answer.error,
  );
}

/** A change is answered only when its line is in the audit trail. */
export async function audit(context: AdministrationContext, action: string, subject: string): Promise<void> {
  const { actor, address, clock, keep } = context;
  const entry = { actor, action, subject, result: 'done', at: clock() } as const;
  await keep(address === undefined ? entry : { ...entry, address });
}

/** One line for each action, in order. */
export async function auditEach(
  context: AdministrationContext,
  actions: readonly string[],
  subject: string,
): Promise<void> {
  for (const action of actions) await audit(context, action, subject);
}
