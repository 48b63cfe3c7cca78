import type { AlertLimits, Trend, VitalName } from '@haven/protocol';
import { useMemo } from 'react';
import { trendRows, trendWords } from '../core/trend-view.ts';
import styles from './patient-panel.module.css';
import { TrendChart, type ChartMark } from './trend-chart.tsx';
import { TrendTable } from './trend-table.tsx';

/** What is drawn, with its name and unit; the rest of what is stored is not. */
const DRAWN: Partial<Readonly<Record<VitalName, { name: string; unit: string; words: string }>>> = {
  pulse: { name: 'Pulse (camera)', unit: '/min', words: ' a minute' },
  breathing: { name: 'Breathing (camera)', unit: '/min', words: ' a minute' },
  sdnn: { name: 'SDNN (experimental)', unit: 'ms', words: ' ms' },
  rmssd: { name: 'RMSSD (experimental)', unit: 'ms', words: ' ms' },
};

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
  const drawn = DRAWN[trend.name];
  const ofTrend = useMemo(() => limitsOf(limits, trend.name), [limits, trend.name]);
  const rows = useMemo(() => {
    const steps = Math.max(1, Math.round((until - since) / trend.stepMs / ROWS));
    return trendRows(trend, since, until, steps * trend.stepMs);
  }, [trend, since, until]);
  if (drawn === undefined) return null;
  const { name, unit } = drawn;
  const words = trendWords(name, rows, drawn.words);
  return (
    <figure className={styles.figure}>
      <figcaption>
        <strong>{name}</strong> {unit}
        <span className={styles.soft}> {words.slice(name.length + 2)}</span>
      </figcaption>
      <TrendChart trend={trend} since={since} until={until} limits={ofTrend} marks={marks} words={words} />
      <TrendTable name={name} rows={rows} />
    </figure>
  );
}

function limitsOf(limits: AlertLimits | null, name: Trend['name']): { low: number; high: number } | null {
  if (limits === null) return null;
  if (name === 'pulse') return { low: limits.pulseLow, high: limits.pulseHigh };
  if (name === 'breathing') return { low: limits.breathingLow, high: limits.breathingHigh };
  return null;
}
