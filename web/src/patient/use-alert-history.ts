import type { Alert } from '@haven/protocol';
import { useCallback, useEffect, useState } from 'react';
import { mergeAlerts } from '../core/alert-view.ts';
import { readAlerts } from '../core/patient-records.ts';
import { sentenceOf } from '../core/sentences.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';

/** Older pages are not read for ever, alerts. */
const MAX_ALERTS = 1000;

export type AlertHistoryPages = {
  /** Newest first, in their highest version. */
  alerts: readonly Alert[];
  more: boolean;
  busy: boolean;
  problem: string | null;
  /** Reads the next older page. */
  older: () => void;
};

/**
 * A patient's alerts, a page at a time.
 * @param live those of the wall: newer than what was read
 */
export function useAlertHistory(
  request: SignedInApi,
  patientId: string,
  live: readonly Alert[],
): AlertHistoryPages {
  const [read, setRead] = useState<ReadonlyMap<string, Alert>>(new Map());
  const [oldest, setOldest] = useState<Alert>();
  const [page, setPage] = useState({ after: oldest, attempt: 0 });
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let closed = false;
    readAlerts(request, patientId, page.after).then(
      (answer) => {
        if (closed) return;
        setRead((before) => mergeAlerts(before, answer.alerts));
        setOldest(answer.alerts.at(-1) ?? page.after);
        setMore(answer.more);
        setProblem(null);
        setBusy(false);
      },
      (error: unknown) => {
        if (closed) return;
        setProblem(sentenceOf(error));
        setBusy(false);
      },
    );
    return () => {
      closed = true;
    };
  }, [request, patientId, page]);
  const older = useCallback(() => {
    setBusy(true);
    setPage(({ attempt }) => ({ after: oldest, attempt: attempt + 1 }));
  }, [oldest]);
  const alerts = [...mergeAlerts(read, live).values()].toSorted((a, b) => b.startedAt - a.startedAt);
  return { alerts, more: more && read.size < MAX_ALERTS, busy, problem, older };
}
