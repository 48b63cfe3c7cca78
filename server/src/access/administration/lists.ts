import type { z } from 'zod';
import type { listQuerySchema } from '@haven/protocol';
import { accepted, type AdministrationContext } from './context.ts';

export type ListQuery = z.output<typeof listQuerySchema>;
export type Page<T> = { items: T[]; total: number; next: string | null };

type ListFunction =
  'list_users' | 'list_rooms' | 'list_patients' | 'list_devices' | 'list_cv_keys' | 'list_break_glass';

/** Everything, for the command line: as many rows as a list of administration has at most. */
const WHOLE_LIST = 10_000;

/**
 * One page of a list.
 * @param answer the form of the function's answer
 * @throws AdministrationError STORAGE_UNAVAILABLE
 */
export async function readPage<T extends { id: string }>(
  { store }: Pick<AdministrationContext, 'store'>,
  list: ListFunction,
  answer: z.ZodType<{ total: number; items: T[] }>,
  { search, after, limit }: ListQuery,
): Promise<Page<T>> {
  const given = { p_search: search, p_after: after ?? null, p_limit: limit };
  const { total, items } = answer.parse(accepted(await store.service.rpc(list, given)));
  const page = items.slice(0, limit);
  return { items: page, total, next: items.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** Everything. */
export const WHOLE: ListQuery = { search: '', limit: WHOLE_LIST };
