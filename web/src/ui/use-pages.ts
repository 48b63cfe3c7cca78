import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';
import { sentenceOf } from '../core/sentences.ts';
import { useSignedIn } from '../session/signed-in.ts';

/** A query that changes while somebody types is sent when it was left alone for this long, ms. */
const TYPING_MS = 250;

export type Pages<A> = {
  /** The newest answer, also while the next one is on its way; null before the first. */
  answer: A | null;
  problem: string | null;
  loading: boolean;
  /** 1 for the first. */
  page: number;
  /** Null where there is none. */
  nextPage: (() => void) | null;
  previousPage: (() => void) | null;
  /** Back to the first page, for another query. */
  restart: () => void;
  reload: () => void;
};

/**
 * Something that the server divides into pages, each of which says how the next one is asked for.
 * @param path of its search, below `/api/v1`
 * @param cursor the query's name for where a page begins
 */
export function usePages<A extends { next: string | null }>(
  path: string,
  schema: z.ZodType<A>,
  cursor: string,
  query: Readonly<Record<string, string>>,
): Pages<A> {
  const { request } = useSignedIn();
  /** Where each page but the first begins. */
  const [starts, setStarts] = useState<readonly string[]>([]);
  const [loads, setLoads] = useState(0);
  const [shown, setShown] = useState<{ key: string; answer: A | null; problem: string | null }>({
    key: '',
    answer: null,
    problem: null,
  });

  const start = starts.at(-1);
  const body = JSON.stringify(start === undefined ? query : { ...query, [cursor]: start });
  const key = `${loads} ${path} ${body}`;
  useEffect(() => {
    let wanted = true;
    const load = async () => {
      try {
        const answer = await request(path, schema, { method: 'POST', body: JSON.parse(body) as unknown });
        if (wanted) setShown({ key, answer, problem: null });
      } catch (error) {
        if (wanted) setShown((before) => ({ ...before, key, problem: sentenceOf(error) }));
      }
    };
    const timer = setTimeout(() => void load(), TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [request, schema, path, body, key]);

  const next = shown.answer?.next ?? null;
  return {
    answer: shown.answer,
    problem: shown.problem,
    loading: shown.key !== key,
    page: starts.length + 1,
    nextPage: next === null ? null : () => setStarts([...starts, next]),
    previousPage: starts.length === 0 ? null : () => setStarts(starts.slice(0, -1)),
    restart: () => setStarts([]),
    reload: useCallback(() => setLoads((before) => before + 1), []),
  };
}
