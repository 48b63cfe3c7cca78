/** Trends: what was measured by the minute or the hour, as the store has summed it up. */
import { vitalNameSchema, type Trend, type TrendPoint, type VitalName } from '@haven/protocol';
import { z } from 'zod';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Up to this length a trend is by the minute: 1440 points, about a screen's width. */
const LONGEST_BY_MINUTE_HOURS = 24;
/** Before an alert began and after it ended, ms: what led to it, and what became of it. */
const AROUND_ALERT_MS = 15 * MINUTE_MS;

/** Vitals whose gaps say something as well; variability is measured rarely, and presence is told by events. */
const ALWAYS: readonly VitalName[] = ['pulse', 'breathing', 'motion'];
const IF_MEASURED: readonly VitalName[] = ['sdnn', 'rmssd'];

/** Whole minutes or hours: the first at `since`, the last ending at `until`, ms since the epoch. */
export type TrendSpan = { stepMs: number; since: number; until: number };

/** The hours before a time, the minute or hour in which it lies included. */
export function spanOfHours(hours: number, until: number): TrendSpan {
  const stepMs = hours <= LONGEST_BY_MINUTE_HOURS ? MINUTE_MS : HOUR_MS;
  const end = Math.ceil(until / stepMs) * stepMs;
  return { stepMs, since: end - hours * HOUR_MS, until: end };
}

/** The minutes from before an alert until after it, as far as they are past; its first day when it was longer. */
export function spanOfAlert(alert: { startedAt: number; clearedAt: number | null }, now: number): TrendSpan {
  const since = Math.floor((alert.startedAt - AROUND_ALERT_MS) / MINUTE_MS) * MINUTE_MS;
  const end = Math.min((alert.clearedAt ?? now) + AROUND_ALERT_MS, now);
  const longest = since + LONGEST_BY_MINUTE_HOURS * HOUR_MS;
  const until = Math.min(Math.ceil(end / MINUTE_MS) * MINUTE_MS, longest);
  return { stepMs: MINUTE_MS, since, until: Math.max(until, since + MINUTE_MS) };
}

/** As `vitals_trend` answers: lists of the same length; beginnings are in steps since 1970. */
const columnsSchema = z.object({
  at: z.array(z.number()),
  mean: z.array(z.number()),
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** In which a value was measured. */
  seconds: z.array(z.number()),
});
const storedTrendSchema = z.partialRecord(vitalNameSchema, columnsSchema);
type StoredTrend = z.infer<typeof storedTrendSchema>;

/** @throws HavenError STORAGE_UNAVAILABLE */
export async function readTrends(
  { client, calls }: { client: StoreClient; calls: StoreCalls },
  patientId: string,
  span: TrendSpan,
): Promise<Trend[]> {
  const answer = await calls.read(() =>
    client.rpc('vitals_trend', {
      p_patient_id: patientId,
      p_step: span.stepMs === MINUTE_MS ? 'minute' : 'hour',
      p_since: new Date(span.since).toISOString(),
      p_until: new Date(span.until).toISOString(),
    }),
  );
  return trendsOf(storedTrendSchema.parse(answer), span);
}

/** Each vital with every step of the span: a gap has points without a value, so that no chart draws over it. */
export function trendsOf(stored: StoredTrend, { stepMs, since, until }: TrendSpan): Trend[] {
  const names = [...ALWAYS, ...IF_MEASURED.filter((name) => stored[name] !== undefined)];
  return names.map((name) => {
    const { at: measuredAt = [], mean = [], low = [], high = [], seconds = [] } = stored[name] ?? {};
    const indexOf = new Map(measuredAt.map((step, index) => [step * stepMs, index]));
    const points: TrendPoint[] = [];
    for (let at = since; at < until; at += stepMs) {
      const index = indexOf.get(at) ?? -1;
      points.push({
        at,
        mean: mean[index] ?? null,
        low: low[index] ?? null,
        high: high[index] ?? null,
        // A stream that is taken over can measure a second twice.
        coverage: Math.min(1, (1000 * (seconds[index] ?? 0)) / stepMs),
      });
    }
    return { name, stepMs, points };
  });
}
