import type { AlertLimits, Trend } from '@haven/protocol';
import { useMemo } from 'react';
import { trendRows, trendWords } from '../core/trend-view.ts';
import styles from './patient-panel.module.css';
import { TrendChart, type ChartMark } from './trend-chart.tsx';
import { TrendTable } from './trend-table.tsx';

const NAMES = { pulse: 'Pulse (camera)', breathing: 'Breathing (camera)', motion: 'Motion' } as const;

/** A table has about this many lines, whatever the time. */
const ROWS = 24;

type TrendPictureProps = {
  trend: Trend;
  since: number;
  until: number;
  limits: AlertLimits | null;
  marks: readonly ChartMark[];
};

/** One vital as a chart, in words, and as a table. */
export function TrendPicture({ trend, since, until, limits, marks }: TrendPictureProps) {
  const name = NAMES[trend.name];
  const ofTrend = useMemo(() => limitsOf(limits, trend.name), [limits, trend.name]);
  const rows = useMemo(() => {
    const steps = Math.max(1, Math.round((until - since) / trend.stepMs / ROWS));
    return trendRows(trend, since, until, steps * trend.stepMs);
  }, [trend, since, until]);
  const words = trendWords(name, rows);
  return (
    <figure className={styles.figure}>
      <figcaption>
        <strong>{name}</strong> /min
        <span className={styles.soft}> {words.slice(name.length + 2)}</span>
      </figcaption>
      <TrendChart trend={trend} since={since} until={until} limits={ofTrend} marks={marks} words={words} />
      <TrendTable name={name} rows={rows} />
    </figure>
  );
}

function limitsOf(limits: AlertLimits | null, name: Trend['name']): { low: number; high: number } | null {
  if (limits === null || name === 'motion') return null;
  return name === 'pulse'
    ? { low: limits.pulseLow, high: limits.pulseHigh }
    : { low: limits.breathingLow, high: limits.breathingHigh };
}
