import { emptySchema, ownBreakGlassSchema, type BreakGlass } from '@haven/protocol';
import { useCallback, useEffect, useState } from 'react';
import type { SignedInApi } from '../core/signed-in-api.ts';

/** Another station or an administrator may begin or end one; it is looked after this often, ms. */
const ASK_EVERY_MS = 15_000;

export type EmergencyAccess = {
  running: readonly BreakGlass[];
  /** Asks the server anew. */
  refresh: () => Promise<void>;
  /** @throws HavenError, UnreachableError */
  end: (id: string) => Promise<void>;
};

/** The user's own emergency accesses that run now. */
export function useEmergencyAccess(request: SignedInApi, allowed: boolean): EmergencyAccess {
  const [running, setRunning] = useState<readonly BreakGlass[]>([]);
  const refresh = useCallback(async () => {
    // Without an answer what was known stays: each says until when it runs.
    await request('/break-glass', ownBreakGlassSchema).then(
      (answer) => setRunning(answer.running),
      () => undefined,
    );
  }, [request]);
  useEffect(() => {
    if (!allowed) return;
    const timer = setInterval(() => void refresh(), ASK_EVERY_MS);
    void refresh();
    return () => clearInterval(timer);
  }, [allowed, refresh]);
  const end = async (id: string) => {
    await request(`/break-glass/${encodeURIComponent(id)}`, emptySchema, { method: 'DELETE' });
    await refresh();
  };
  return { running: allowed ? running : [], refresh, end };
}
