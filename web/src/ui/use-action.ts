import { useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../core/sentences.ts';

export type Action = {
  busy: boolean;
  /** What went wrong the last time, as a sentence. */
  problem: string | null;
  /** @returns whether it succeeded. @param failed what was not done: `Not acknowledged.` */
  run: (failed: string, action: () => Promise<unknown>) => Promise<boolean>;
};

/** One thing at a time that a user does on the server, with what went wrong in a sentence. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run: Action['run'] = async (failed, action) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await action();
      return true;
    } catch (error) {
      if (mounted.current) setProblem(`${failed} ${sentenceOf(error)}`.trim());
      return false;
    } finally {
      running.current = false;
      if (mounted.current) setBusy(false);
    }
  };
  return { busy, problem, run };
}
