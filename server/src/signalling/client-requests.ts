import { CLIENT_STATISTICS_INTERVAL_MS, type ClientSpan, type MonitorRequests } from '@haven/protocol';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { ClientMetrics } from './client-metrics.ts';
import type { Handlers } from './endpoints.ts';

/** Reports that come sooner than this after the last, ms, are passed over: one browser weighs no more than another. */
const SOONEST_MS = CLIENT_STATISTICS_INTERVAL_MS / 3;

type ClientRequest = 'client:statistics' | 'client:span';

export type ClientParts = {
  clientMetrics: ClientMetrics;
  /** ms since the epoch */
  clock: () => number;
  telemetry: Telemetry;
};

/** What a browser tells of itself: for those who look after the server, never about a patient. */
export function clientHandlers({
  clientMetrics,
  clock,
  telemetry,
}: ClientParts): Pick<Handlers<MonitorRequests>, ClientRequest> {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return {
    'client:statistics': (report) => {
      const now = clock();
      if (now - reportedAt >= SOONEST_MS) {
        reportedAt = now;
        clientMetrics.record(report);
      }
      return {};
    },
    'client:span': (span) => {
      const endedAt = clock();
      telemetry.past({
        name: `wall ${span.name}`,
        startedAt: endedAt - span.durationMs,
        endedAt,
        ...placeOf(span),
      });
      return {};
    },
  };
}

function placeOf(span: ClientSpan): { self: string } | { parent: string } {
  return span.name === 'join' ? { self: span.span } : { parent: span.parent };
}
