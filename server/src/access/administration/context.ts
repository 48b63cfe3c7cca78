import { randomUUID } from 'node:crypto';
import type { StoreAnswer } from '../../records/store-calls.ts';
import type { Store } from '../../records/store.ts';

/** An administrator's request cannot be done. The message is a sentence for that person. */
export class AdministrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AdministrationError';
  }
}

export type AdministrationContext = {
  store: Store;
  /** Who does it, as in the audit trail. */
  actor: string;
  /** ms since the epoch */
  clock: () => number;
};

/** Sentences for what the tables refuse, by PostgreSQL's SQLSTATE. */
export type Refusals = {
  /** 23505: it exists already. */
  duplicate?: string;
  /** 23503: what it refers to does not exist, or it is referred to. */
  reference?: string;
  /** 23514: its form is wrong. */
  form?: string;
};

/** @throws AdministrationError */
export function accepted<T>(answer: StoreAnswer<T>, refusals: Refusals = {}): T {
  if (answer.error === null) return answer.data;
  const { code } = answer.error;
  const sentences: Partial<Record<string, string>> = {
    '23505': refusals.duplicate,
    '23503': refusals.reference,
    '23514': refusals.form,
  };
  throw new AdministrationError(
    sentences[code] ?? `The record store did not do it (${code}). Is the database running?`,
    answer.error,
  );
}

/** A change is done only with its line in the audit trail. */
export async function audit(
  { store, actor, clock }: AdministrationContext,
  action: string,
  subject: string,
): Promise<void> {
  const line = { id: randomUUID(), at: new Date(clock()).toISOString(), actor, action, subject };
  accepted(await store.service.from('audit').insert({ ...line, result: 'done', code: null, address: null }));
}
