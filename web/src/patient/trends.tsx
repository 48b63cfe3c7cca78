import type { Alert, AlertLimits, Trends } from '@haven/protocol';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { readTrends, TREND_HOURS, type TrendHours } from '../core/patient-records.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { useLoaded } from '../ui/use-loaded.ts';
import styles from './patient-panel.module.css';
import { Problem } from '../ui/problem.tsx';
import { TrendPicture } from './trend-picture.tsx';

/** Trends are by the minute: newer ones are asked for as often, ms. */
const RENEW_EVERY_MS = 60_000;

type TrendsProps = {
  request: SignedInApi;
  patientId: string;
  limits: AlertLimits | null;
  /** Alerts to be marked. */
  alerts: readonly Alert[];
};

export function TrendsSection({ request, patientId, limits, alerts }: TrendsProps) {
  const [hours, setHours] = useState<TrendHours>(8);
  const { value, problem, reload } = useLoaded(
    useCallback(() => readTrends(request, patientId, hours), [request, patientId, hours]),
  );
  useEffect(() => {
    const timer = setInterval(reload, RENEW_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <section className={styles.section} aria-labelledby="trends-title" data-testid={testIds.trends}>
      <div className={styles.sectionHeader}>
        <h3 id="trends-title">Trends</h3>
        <div role="group" aria-label="Time that is shown" className={styles.choice}>
          {TREND_HOURS.map((choice) => (
            <button
              key={choice}
              type="button"
              className={controls.button}
              aria-pressed={choice === hours}
              onClick={() => setHours(choice)}
            >
              {choice} h
            </button>
          ))}
        </div>
      </div>
      <Problem words={problem} role="status" onRetry={reload} />
      {value === null && problem === null && <p role="status">Loading …</p>}
      {value !== null && <Pictures trends={value} limits={limits} alerts={alerts} />}
    </section>
  );
}

type PicturesProps = { trends: Trends; limits: AlertLimits | null; alerts: readonly Alert[] };

/** Pulse and breathing, and variability where it was measured, one above the other on the same times. */
function Pictures({ trends, limits, alerts }: PicturesProps) {
  const marks = useMemo(
    () => alerts.map(({ startedAt, priority }) => ({ at: startedAt, priority })),
    [alerts],
  );
  const shown = trends.trends.filter(({ name }) => name !== 'motion');
  if (shown.length === 0) return <p>Nothing was measured in this time.</p>;
  return shown.map((trend) => (
    <TrendPicture
      key={trend.name}
      trend={trend}
      since={trends.since}
      until={trends.until}
      limits={limits}
      marks={marks}
    />
  ));
}
