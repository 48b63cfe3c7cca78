import { useState } from 'react';
import { useLocation } from 'react-router';
import { z } from 'zod';
import { usePages, type Pages } from '../ui/use-pages.ts';

/** Rows of a page: as many as one looks through without searching. */
const ROWS = 50;

export type ListAnswer<T> = { items: T[]; total: number; next: string | null };
export type List<T> = Pages<ListAnswer<T>> & { search: string; setSearch: (search: string) => void };

/** What a link to a list may hand over: what to search for. It is not in the address, which others may see. */
const stateSchema = z.object({ search: z.string().max(80) });

/** A list that the server searches and divides into pages. @param path below `/api/v1` */
export function useList<T>(path: string, schema: z.ZodType<ListAnswer<T>>): List<T> {
  const handed = stateSchema.safeParse(useLocation().state);
  const [search, setSearch] = useState(handed.success ? handed.data.search : '');
  const pages = usePages(`${path}/search`, schema, 'after', { search: search.trim(), limit: String(ROWS) });
  return {
    ...pages,
    search,
    setSearch: (text) => {
      setSearch(text);
      pages.restart();
    },
  };
}
