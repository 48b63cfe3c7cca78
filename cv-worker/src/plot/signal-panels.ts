import { line } from 'd3-shape';
import type { Waveform } from '../analysis/analysis.ts';
import type { ClearestWindow } from '../analysis/clearest-window.ts';
import { label, panel, type Scales } from './panel.ts';
import { COLOURS } from './style.ts';
import { element } from './svg.ts';

type Size = { width: number; height: number };

/** The waveform is in units of its standard deviation and cut off at four of them. */
const DEVIATIONS = 4;

/** The pulse waveform of the clearest window. */
export function waveformPanel(waveform: Waveform, { fromMs, toMs }: ClearestWindow, size: Size): string {
  const startS = (fromMs - waveform.startAt) / 1000;
  const endS = (toMs - waveform.startAt) / 1000;
  const first = Math.round(startS * waveform.rateHz);
  const samples = waveform.samples.slice(first, Math.round(endS * waveform.rateHz) + 1);
  return panel(
    {
      ...size,
      title: `Pulse waveform where it was clearest, ${startS.toFixed(0)} to ${endS.toFixed(0)} s`,
      x: { label: 'time from the start, s', domain: [startS, endS] },
      y: { label: 'standard deviations', domain: [-DEVIATIONS, DEVIATIONS] },
    },
    ({ x, y }) => {
      const curve = line<number | null>(
        (_, i) => x(startS + i / waveform.rateHz),
        (sample) => y(sample ?? 0),
      ).defined((sample) => sample !== null);
      return [stroke(curve(samples), COLOURS.pulse)];
    },
  );
}

/** The spectrum of the same window, with the rate that was read from it. */
export function spectrumPanel({ spectrum, perMin, quality }: ClearestWindow, size: Size): string {
  const { perMin: rates, power } = spectrum;
  return panel(
    {
      ...size,
      title: `Its spectrum: ${perMin.toFixed(1)}/min, quality ${quality.toFixed(2)}`,
      x: { label: 'rate, 1/min', domain: [rates[0], rates[rates.length - 1]] },
      y: { label: 'share of the highest power', domain: [0, 1.1] },
    },
    (scales) => {
      const { x, y } = scales;
      const curve = line<number>(
        (_, i) => x(rates[i]),
        (value) => y(value),
      );
      return [marker(perMin, scales), stroke(curve(power), COLOURS.ink)];
    },
  );
}

function marker(perMin: number, { x, height }: Scales): string {
  const at = x(perMin);
  return (
    element('line', { x1: at, x2: at, y2: height, stroke: COLOURS.pulse, 'stroke-dasharray': '4 3' }) +
    label(`${perMin.toFixed(1)}/min`, { x: at + 6, y: 14, fill: COLOURS.pulse })
  );
}

function stroke(path: string | null, colour: string): string {
  return element('path', { d: path ?? '', fill: 'none', stroke: colour, 'stroke-width': 1.5 });
}
