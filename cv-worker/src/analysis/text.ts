import { WITHHELD_WORDS, type Vital } from '@haven/protocol';
import type { Analysis } from './analysis.ts';

const WIDTH = 30;

/** The analysis for people at a terminal: a line a second, then what happened, then the clearest window. */
export function analysisText(analysis: Analysis): string {
  const { seconds, startedAt, conditions, events, clearest, frames, durationMs } = analysis;
  const time = (at: number) => `${((at - startedAt) / 1000).toFixed(1)} s`;
  return [
    `${'time'.padStart(7)}  ${'pulse'.padEnd(WIDTH)}${'breathing'.padEnd(WIDTH)}motion`,
    ...seconds.map(({ at, pulse, breathing, motion }) => {
      const level = motion?.value?.toFixed(2) ?? '–';
      return `${time(at).padStart(7)}  ${describe(pulse).padEnd(WIDTH)}${describe(breathing).padEnd(WIDTH)}${level}`;
    }),
    ...conditions.map(
      ({ at, condition, present }) => `${time(at)}: ${condition} ${present ? 'begins' : 'ends'}`,
    ),
    ...events.map(({ at, event }) => `${time(at)}: ${event}`),
    clearest?.reading
      ? `Clearest from ${time(clearest.fromMs)} to ${time(clearest.toMs)}: ` +
        `${clearest.reading.perMin.toFixed(1)}/min, quality ${clearest.reading.quality.toFixed(2)}`
      : 'No pulse was believed for five seconds on end.',
    variability(analysis),
    `${String(frames)} frames, ${(durationMs / 1000).toFixed(1)} s`,
  ].join('\n');
}

function describe(vital: Vital): string {
  if (vital.value === null) return vital.reason === null ? '–' : WITHHELD_WORDS[vital.reason];
  const { interval, state, quality } = vital;
  const range = interval === undefined ? '' : ` (${interval.low.toFixed(0)}–${interval.high.toFixed(0)})`;
  return `${vital.value.toFixed(1)}${range} ${state === 'held' ? 'held' : `${String(Math.round(quality * 100))} %`}`;
}

/** The last second at which both were measured has the longest window. */
function variability({ seconds }: Analysis): string {
  const last = seconds.findLast(
    ({ sdnn, rmssd }) => sdnn?.state === 'measured' && rmssd?.state === 'measured',
  );
  if (last === undefined) return `Variability: ${reasonOf(seconds.at(-1)?.sdnn)}`;
  const [sdnn, rmssd] = [last.sdnn?.value, last.rmssd?.value].map((value) => value?.toFixed(0) ?? '–');
  return `Variability (experimental): SDNN ${sdnn} ms, RMSSD ${rmssd} ms`;
}

function reasonOf(vital: Vital | undefined): string {
  return vital?.reason ? WITHHELD_WORDS[vital.reason] : 'never judged';
}
