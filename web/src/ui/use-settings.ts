import { publicSettingsSchema, type PublicSettings } from '@haven/protocol';
import { useEffect, useState } from 'react';
import type { Api } from '../core/api.ts';
import { backoffMs } from '../core/backoff.ts';

/** The server's public settings; null until they are known. Asks until it gets them. */
export function useSettings(api: Api): PublicSettings | null {
  const [settings, setSettings] = useState<PublicSettings | null>(null);
  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    let closed = false;
    const ask = async (attempt: number) => {
      try {
        const answer = await api('/settings', publicSettingsSchema);
        if (!closed) setSettings(answer);
      } catch {
        if (!closed) retry = setTimeout(() => void ask(attempt + 1), backoffMs(attempt));
      }
    };
    void ask(0);
    return () => {
      closed = true;
      clearTimeout(retry);
    };
  }, [api]);
  return settings;
}
