import { area, line } from 'd3-shape';
import { WITHHELD_WORDS, type Vital } from '@haven/protocol';
import { label, panel, type Axis, type Scales } from './panel.ts';
import { COLOURS } from './style.ts';
import { element, type Attributes } from './svg.ts';
import { withheldStretches, type Stretch } from './withheld-stretches.ts';

/** One rate over time; `atS` is in seconds from the recording's start. */
export type RateSecond = { atS: number; vital: Vital };
export type RatePanelOptions = {
  title: string;
  seconds: readonly RateSecond[];
  time: Axis;
  /** Rates that can be published, 1/min: the axis when nothing is shown. */
  range: readonly [number, number];
  colour: string;
  band: string;
  width: number;
  height: number;
};

/** A narrower axis would make a steady rate look unsteady, 1/min. */
const MIN_SPAN = 20;
/** More dots than this run into one another. */
const MAX_DOTS = 1500;
/** Of a letter at the label's size, px. */
const LETTER_PX = 6.6;
/** A stretch narrower than a line of text has its reason as a tooltip only, px. */
const MIN_LABEL_PX = 16;

type Shown = { atS: number; value: number; held: boolean; low: number; high: number };

/** A rate with its 95 % interval; held values are hollow, withheld stretches grey with their reasons. */
export function ratePanel(options: RatePanelOptions): string {
  const shown = options.seconds.map(({ atS, vital }) => asShown(atS, vital));
  const y = { label: '1/min', domain: domainOf(shown, options.range) };
  const { title, time, width, height } = options;
  return panel({ title, x: time, y, width, height }, (scales) => [
    ...withheldStretches(options.seconds).flatMap((stretch) => greyStretch(stretch, scales)),
    ...curves(shown, scales, options),
    ...(shown.length <= MAX_DOTS ? dots(shown, scales, options.colour) : []),
  ]);
}

function asShown(atS: number, { value, state, interval }: Vital): Shown | null {
  if (value === null) return null;
  return { atS, value, held: state === 'held', low: interval?.low ?? value, high: interval?.high ?? value };
}

function domainOf(shown: readonly (Shown | null)[], range: readonly [number, number]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const second of shown) {
    if (second === null) continue;
    low = Math.min(low, second.low);
    high = Math.max(high, second.high);
  }
  if (low > high) return [range[0], range[1]];
  const margin = Math.max(3, (MIN_SPAN - (high - low)) / 2);
  return [Math.max(0, Math.floor(low - margin)), Math.ceil(high + margin)];
}

function curves(shown: readonly (Shown | null)[], { x, y }: Scales, options: RatePanelOptions): string[] {
  const at = (second: Shown | null) => x(second?.atS ?? 0);
  const isShown = (second: Shown | null) => second !== null;
  const band = area<Shown | null>(
    at,
    (second) => y(second?.low ?? 0),
    (second) => y(second?.high ?? 0),
  );
  const rate = line<Shown | null>(at, (second) => y(second?.value ?? 0));
  return [
    element('path', { d: band.defined(isShown)(shown) ?? '', fill: options.band }),
    element('path', {
      d: rate.defined(isShown)(shown) ?? '',
      fill: 'none',
      stroke: options.colour,
      'stroke-width': 1.5,
    }),
  ];
}

function dots(shown: readonly (Shown | null)[], { x, y }: Scales, colour: string): string[] {
  return shown.flatMap((second) =>
    second === null
      ? []
      : [
          element('circle', {
            cx: x(second.atS),
            cy: y(second.value),
            r: 2.5,
            fill: second.held ? COLOURS.background : colour,
            stroke: second.held ? COLOURS.faint : colour,
          }),
        ],
  );
}

function greyStretch({ fromS, toS, reason }: Stretch, { x, height }: Scales): string[] {
  const words = WITHHELD_WORDS[reason];
  const left = x(fromS);
  const width = x(toS) - left;
  const box = element(
    'rect',
    { x: left, width, height, fill: COLOURS.withheld },
    element('title', {}, words),
  );
  if (width < MIN_LABEL_PX) return [box];
  const middle = left + width / 2;
  const fits = width > words.length * LETTER_PX;
  const place: Attributes = fits
    ? { x: middle, y: height / 2 }
    : { transform: `translate(${String(middle + 4)},${String(height / 2)}) rotate(-90)` };
  return [box, label(words, { ...place, 'text-anchor': 'middle' })];
}
