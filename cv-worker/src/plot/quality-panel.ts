import { line } from 'd3-shape';
import { label, panel, type Axis } from './panel.ts';
import type { RateSecond } from './rate-panel.ts';
import { element } from './svg.ts';

/** Quality of each series, in its colour; a gap where its value is withheld. */
export type QualitySeries = { name: string; colour: string; seconds: readonly RateSecond[] };

export function qualityPanel(
  series: readonly QualitySeries[],
  size: { time: Axis; width: number; height: number },
): string {
  return panel(
    {
      title: 'Quality: the share of such values that is right',
      x: size.time,
      y: { label: 'quality', domain: [0, 1.05] },
      width: size.width,
      height: size.height,
    },
    ({ x, y, width }) =>
      series.flatMap(({ name, colour, seconds }, i) => {
        const curve = line<RateSecond>(
          ({ atS }) => x(atS),
          ({ vital }) => y(vital.quality),
        ).defined(({ vital }) => vital.value !== null);
        return [
          element('path', { d: curve(seconds) ?? '', fill: 'none', stroke: colour, 'stroke-width': 1.5 }),
          label(name, { x: width - 8, y: y(0) - 24 + i * 16, 'text-anchor': 'end', fill: colour }),
        ];
      }),
  );
}
