import type { Vital } from '@haven/protocol';
import type { Analysis } from '../analysis/analysis.ts';
import { figure, type Part } from './figure.ts';
import { qualityPanel } from './quality-panel.ts';
import { ratePanel, type RateSecond } from './rate-panel.ts';
import { spectrumPanel, waveformPanel } from './signal-panels.ts';
import { COLOURS } from './style.ts';

const WIDTH = 1200;
const HEIGHTS = { waveform: 230, spectrum: 260, rate: 280, quality: 220 };
const PULSE_RANGE = [36, 200] as const;
const BREATHING_RANGE = [6, 40] as const;

/** What `analyze --plot` draws: trace and spectrum where the pulse was clearest, then rates and quality over time. */
export function analysisFigure(name: string, analysis: Analysis): string {
  const { seconds, startedAt, durationMs, clearest, frames } = analysis;
  const durationS = durationMs / 1000;
  const time = { label: 'time from the start, s', domain: [0, Math.max(1, durationS)] } as const;
  const over = (pick: (second: Analysis['seconds'][number]) => Vital): RateSecond[] =>
    seconds.map((second) => ({ atS: (second.at - startedAt) / 1000, vital: pick(second) }));
  const pulse = over((second) => second.pulse);
  const breathing = over((second) => second.breathing);
  const signals: Part[] =
    clearest === null
      ? []
      : [
          { height: HEIGHTS.waveform, draw: (size) => waveformPanel(clearest, startedAt, size) },
          { height: HEIGHTS.spectrum, draw: (size) => spectrumPanel(clearest, size) },
        ];
  const title = `${name}: ${durationS.toFixed(1)} s, ${String(frames)} pictures`;
  return figure(clearest === null ? `${title}; no skin was seen` : title, WIDTH, [
    ...signals,
    {
      height: HEIGHTS.rate,
      draw: (size) =>
        ratePanel({
          ...{ title: 'Pulse (camera) with its 95 % interval', seconds: pulse, time, range: PULSE_RANGE },
          ...{ colour: COLOURS.pulse, band: COLOURS.pulseBand, ...size },
        }),
    },
    {
      height: HEIGHTS.rate,
      draw: (size) =>
        ratePanel({
          ...{ title: 'Breathing with its 95 % interval', seconds: breathing, time, range: BREATHING_RANGE },
          ...{ colour: COLOURS.breathing, band: COLOURS.breathingBand, ...size },
        }),
    },
    {
      height: HEIGHTS.quality,
      draw: (size) =>
        qualityPanel(
          [
            { name: 'pulse', colour: COLOURS.pulse, seconds: pulse },
            { name: 'breathing', colour: COLOURS.breathing, seconds: breathing },
          ],
          { time, ...size },
        ),
    },
  ]);
}
