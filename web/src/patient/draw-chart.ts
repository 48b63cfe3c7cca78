import type UPlot from 'uplot';
import { trendColumns } from '../core/trend-view.ts';
import type { TrendChartProps } from './trend-chart.tsx';

/** CSS px. */
const HEIGHT = 190;
const MARK_SIZE = 7;
/** What the scale leaves above and below values and limits, per minute. */
const MARGIN = 5;

export type Chart = { close: () => void };
type ChartData = Omit<TrendChartProps, 'words'>;

/** Draws into an element, as wide as it is, until it is closed. @throws when the browser cannot draw */
export async function drawChart(place: HTMLElement, data: ChartData): Promise<Chart> {
  // Loaded when somebody looks at a trend: the wall itself has no charts.
  const { default: Plot } = await import('uplot');
  const { at, mean, low, high } = trendColumns(data.trend);
  const range = rangeOf([...low, ...high], data.limits);
  const plot = new Plot(optionsOf(place, data, range), [at, high, low, mean], place);
  const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  resized.observe(place);
  return {
    close: () => {
      resized.disconnect();
      plot.destroy();
    },
  };
}

function optionsOf(
  place: HTMLElement,
  { trend, since, until, limits, marks }: ChartData,
  range: [low: number, high: number],
): UPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(`--${name}`);
  const line = colour(trend.name);
  const axis = {
    stroke: colour('text-soft'),
    grid: { stroke: colour('line') },
    ticks: { stroke: colour('line') },
  };
  const whole = (_plot: UPlot, value: number | null) => (value === null ? '–' : `${Math.round(value)}`);
  return {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { range: [since / 1000, until / 1000] },
      y: { range: () => range },
    },
    axes: [
      { ...axis, values: timesOf },
      { ...axis, size: 44 },
    ],
    series: [
      { label: 'Time', value: (_plot, value: number | null) => timeWords(value) },
      { label: 'Highest', stroke: 'transparent', points: { show: false }, value: whole },
      { label: 'Lowest', stroke: 'transparent', points: { show: false }, value: whole },
      {
        label: 'Mean',
        stroke: line,
        width: 2,
        points: { show: true, size: 5, fill: line, filter: alone },
        value: whole,
      },
    ],
    bands: [{ series: [1, 2], fill: `${line}40` }],
    hooks: {
      draw: [
        (plot) => {
          if (limits !== null) drawLimits(plot, [limits.low, limits.high], colour('text'));
          for (const mark of marks) drawMark(plot, mark.at / 1000, colour(mark.priority));
        },
      ],
    },
  };
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function timeWords(at: number | null): string {
  return at === null ? '–' : timeFormat.format(at * 1000);
}

function timesOf(_plot: UPlot, seconds: number[]): string[] {
  return seconds.map(timeWords);
}

/** A value between two gaps is no line: it is drawn as a point. */
function alone(plot: UPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const known = (index: number) => typeof values[index] === 'number';
  return [...values.keys()].filter((index) => known(index) && !known(index - 1) && !known(index + 1));
}

/** Values and limits are both in view. */
function rangeOf(measured: readonly (number | null)[], limits: ChartData['limits']): [number, number] {
  const values = [...measured, limits?.low ?? null, limits?.high ?? null].filter((value) => value !== null);
  if (values.length === 0) return [0, 100];
  return [Math.max(0, Math.min(...values) - MARGIN), Math.max(...values) + MARGIN];
}

function drawLimits(plot: UPlot, limits: readonly number[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const limit of limits) {
    const y = plot.valToPos(limit, 'y', true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** A line with a triangle on top, as the alert's symbol is one. */
function drawMark(plot: UPlot, at: number, colour: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const size = MARK_SIZE * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - size, bbox.top);
  ctx.lineTo(x + size, bbox.top);
  ctx.lineTo(x, bbox.top + 1.5 * size);
  ctx.fill();
  ctx.restore();
}
