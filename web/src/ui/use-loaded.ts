import { useCallback, useEffect, useState } from 'react';
import { sentenceOf } from '../core/sentences.ts';

export type Loaded<T> = {
  /** The last answer; null before the first, and after what is asked for has changed. */
  value: T | null;
  /** Why the last attempt failed, as a sentence. */
  problem: string | null;
  reload: () => void;
};

/** What `load` answers. @param load memoised: another one asks for something else */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<{ of: unknown; value: T | null; problem: string | null } | null>(null);
  useEffect(() => {
    let closed = false;
    load().then(
      (value) => {
        if (!closed) setAnswer({ of: load, value, problem: null });
      },
      (error: unknown) => {
        if (closed) return;
        // What was known before stays, as far as it is about the same.
        setAnswer((before) => ({
          of: load,
          value: before?.of === load ? before.value : null,
          problem: sentenceOf(error),
        }));
      },
    );
    return () => {
      closed = true;
    };
  }, [load, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const known = answer?.of === load ? answer : null;
  return { value: known?.value ?? null, problem: known?.problem ?? null, reload };
}
