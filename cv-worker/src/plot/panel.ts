import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { COLOURS, FONT_SIZE } from './style.ts';
import { element, text } from './svg.ts';

/** Room about the plot for its title, its ticks and the names of its axes, px. */
const MARGIN = { top: 34, right: 24, bottom: 46, left: 64 };
const TICK_SPACING_PX = { x: 90, y: 34 };

export type Axis = { label: string; domain: readonly [number, number] };
export type Scales = {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  width: number;
  height: number;
};
export type PanelOptions = {
  title: string;
  x: Axis;
  y: Axis;
  /** The whole panel with its margins, px. */
  width: number;
  height: number;
};

/** A chart with a title, a grid and two named axes; `draw` fills it, in pixels from its upper left corner. */
export function panel(options: PanelOptions, draw: (scales: Scales) => readonly string[]): string {
  const width = options.width - MARGIN.left - MARGIN.right;
  const height = options.height - MARGIN.top - MARGIN.bottom;
  const x = scaleLinear().domain(options.x.domain).range([0, width]);
  const y = scaleLinear().domain(options.y.domain).range([height, 0]);
  return element(
    'g',
    { transform: `translate(${String(MARGIN.left)},${String(MARGIN.top)})` },
    text(options.title, {
      x: 0,
      y: -14,
      'font-size': FONT_SIZE.title,
      'font-weight': 600,
      fill: COLOURS.ink,
    }),
    ...horizontalLines(y, width),
    // What lies beyond the axes is cut off.
    element('svg', { width, height, overflow: 'hidden' }, ...draw({ x, y, width, height })),
    element('path', { d: `M0,0V${String(height)}H${String(width)}`, fill: 'none', stroke: COLOURS.faint }),
    ...ticksBelow(x, height),
    label(options.x.label, { x: width / 2, y: height + 38, 'text-anchor': 'middle' }),
    label(options.y.label, {
      transform: `translate(-46,${String(height / 2)}) rotate(-90)`,
      'text-anchor': 'middle',
    }),
  );
}

function horizontalLines(y: Scales['y'], width: number): string[] {
  const count = Math.max(2, Math.floor(y.range()[0] / TICK_SPACING_PX.y));
  const format = y.tickFormat(count);
  return y
    .ticks(count)
    .flatMap((tick) => [
      element('line', { x2: width, y1: y(tick), y2: y(tick), stroke: COLOURS.grid }),
      label(format(tick), { x: -8, y: y(tick) + 4, 'text-anchor': 'end' }),
    ]);
}

function ticksBelow(x: Scales['x'], height: number): string[] {
  const count = Math.max(2, Math.floor(x.range()[1] / TICK_SPACING_PX.x));
  const format = x.tickFormat(count);
  return x
    .ticks(count)
    .flatMap((tick) => [
      element('line', { x1: x(tick), x2: x(tick), y1: height, y2: height + 5, stroke: COLOURS.faint }),
      label(format(tick), { x: x(tick), y: height + 19, 'text-anchor': 'middle' }),
    ]);
}

export function label(content: string, attributes: Record<string, string | number>): string {
  return text(content, { 'font-size': FONT_SIZE.label, fill: COLOURS.faint, ...attributes });
}
