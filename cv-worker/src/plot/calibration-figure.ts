import { line } from 'd3-shape';
import type { CalibrationBin } from '../evaluation/calibration.ts';
import { figure } from './figure.ts';
import { label, panel, type Scales } from './panel.ts';
import { COLOURS } from './style.ts';
import { element } from './svg.ts';

const WIDTH = 560;
const HEIGHT = 460;

type Filled = CalibrationBin & { quality: number; share: number };

/** Mean quality of each bin against the share that was right; a calibrated quality lies on the dashed line. */
export function calibrationFigure(title: string, tolerance: number, bins: readonly CalibrationBin[]): string {
  const filled = bins.filter((bin): bin is Filled => bin.quality !== null && bin.share !== null);
  return figure(title, WIDTH, [
    {
      height: HEIGHT,
      draw: (size) =>
        panel(
          {
            ...size,
            title: 'Of values with this quality, the share that is right',
            x: { label: 'quality', domain: [0, 1.05] },
            y: { label: `share within ${String(tolerance)}/min`, domain: [0, 1.05] },
          },
          (scales) => [...curve(filled, scales), ...filled.flatMap((bin) => point(bin, scales))],
        ),
    },
  ]);
}

function curve(bins: readonly Filled[], { x, y }: Scales): string[] {
  const path = line<Filled>(
    ({ quality }) => x(quality),
    ({ share }) => y(share),
  );
  const ideal = {
    x1: x(0),
    y1: y(0),
    x2: x(1),
    y2: y(1),
    stroke: COLOURS.reference,
    'stroke-dasharray': '4 3',
  };
  return [
    element('line', ideal),
    element('path', { d: path(bins) ?? '', fill: 'none', stroke: COLOURS.pulse, 'stroke-width': 1.5 }),
  ];
}

/** A bin with how many values it has, on the side where the line does not pass. */
function point({ quality, share, n }: Filled, { x, y }: Scales): string[] {
  const below = share <= quality;
  return [
    element('circle', { cx: x(quality), cy: y(share), r: 4, fill: COLOURS.pulse }),
    label(`n ${String(n)}`, { x: x(quality), y: y(share) + (below ? 20 : -10), 'text-anchor': 'middle' }),
  ];
}
