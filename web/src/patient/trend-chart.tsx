import type { AlertPriority, Trend } from '@haven/protocol';
import { useEffect, useRef, useState } from 'react';
import 'uplot/dist/uPlot.min.css';
import { drawChart, type Chart } from './draw-chart.ts';
import styles from './trend-chart.module.css';

/** Where an alert began. */
export type ChartMark = { at: number; priority: AlertPriority };

export type TrendChartProps = {
  trend: Trend;
  since: number;
  until: number;
  /** Drawn as lines; null where they are not known. */
  limits: { low: number; high: number } | null;
  marks: readonly ChartMark[];
  /** What a screen reader says of it; the numbers are in a table beside it. */
  words: string;
};

/** A vital over time: mean as a line in the band from lowest to highest, with limits, alerts and gaps. */
export function TrendChart(props: TrendChartProps) {
  const { trend, since, until, limits, marks, words } = props;
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let chart: Chart | undefined;
    let closed = false;
    drawChart(element, { trend, since, until, limits, marks }).then(
      (drawn) => {
        if (closed) drawn.close();
        else chart = drawn;
      },
      () => {
        if (!closed) setFailed(true);
      },
    );
    return () => {
      closed = true;
      chart?.close();
    };
  }, [trend, since, until, limits, marks]);
  return (
    <>
      <div ref={place} className={styles.chart} role="img" aria-label={words} data-name={trend.name} />
      {failed && <p role="status">The chart cannot be drawn here: the numbers are in the table.</p>}
    </>
  );
}
