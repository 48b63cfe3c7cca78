import { line } from 'd3-shape';
import type { SpectrumWindow } from '../analysis/clearest-window.ts';
import { label, panel, type Scales } from './panel.ts';
import { COLOURS } from './style.ts';
import { element } from './svg.ts';

type Size = { width: number; height: number };

/** The signal of a window: the pulse waveform, or the skin's brightness where no pulse was believed. */
export function waveformPanel(window: SpectrumWindow, startedAt: number, size: Size): string {
  const { samples, rateHz, reading } = window;
  const startS = (window.fromMs - startedAt) / 1000;
  const endS = (window.toMs - startedAt) / 1000;
  const name =
    reading === null
      ? 'Brightness of the skin at the end, upside down; no pulse was believed for long'
      : 'Pulse waveform where it was clearest';
  // The skin's brightness changes by thousandths of its level.
  const scale = reading === null ? 1000 : 1;
  const highest = Math.max(...samples.map(Math.abs), Number.MIN_VALUE) * scale * 1.1;
  return panel(
    {
      ...size,
      title: `${name}, ${startS.toFixed(0)} to ${endS.toFixed(0)} s`,
      x: { label: 'time from the start, s', domain: [startS, endS] },
      y: {
        label: reading === null ? '‰ of its level' : 'standard deviations',
        domain: [-highest, highest],
      },
    },
    ({ x, y }) => {
      const curve = line<number>(
        (_, i) => x(startS + i / rateHz),
        (sample) => y(sample * scale),
      );
      return [stroke(curve(samples), COLOURS.pulse)];
    },
  );
}

/** The spectrum of the same window, with the rate that was read from it. */
export function spectrumPanel({ spectrum, reading }: SpectrumWindow, size: Size): string {
  const { perMin: rates, power } = spectrum;
  const title =
    reading === null
      ? 'Its spectrum'
      : `Its spectrum: ${reading.perMin.toFixed(1)}/min, quality ${reading.quality.toFixed(2)}`;
  return panel(
    {
      ...size,
      title,
      x: { label: 'rate, 1/min', domain: [rates[0], rates[rates.length - 1]] },
      y: { label: 'share of the highest power', domain: [0, 1.1] },
    },
    (scales) => {
      const curve = line<number>(
        (_, i) => scales.x(rates[i]),
        (value) => scales.y(value),
      );
      const read = reading === null ? '' : marker(reading.perMin, scales);
      return [read, stroke(curve(power), COLOURS.ink)];
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
