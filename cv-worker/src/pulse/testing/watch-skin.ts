import type { Vital } from '@haven/protocol';
import { PulseMonitor } from '../monitor.ts';
import { simulateSkin, type SimulatedSkin } from './simulated-skin.ts';

export type Second = { at: number; vital: Vital };

/** Feeds the samples and judges once a second, as the analyzer does. */
export function watch(skin: SimulatedSkin, onSecond?: (second: number, monitor: PulseMonitor) => void) {
  const monitor = new PulseMonitor();
  const seconds: Second[] = [];
  const waveform: (number | null)[] = [];
  let next = 1000;
  for (const { timeMs, values, head } of simulateSkin(skin)) {
    monitor.addSample(timeMs, values, head);
    waveform.push(...(monitor.waveform()?.samples ?? []));
    if (timeMs < next) continue;
    next += 1000;
    onSecond?.(seconds.length + 1, monitor);
    monitor.evaluate();
    seconds.push({ at: timeMs, vital: monitor.vitalAt(timeMs) });
  }
  return { seconds, waveform, monitor };
}

/** Those at which a value was shown. */
export const shown = (seconds: Second[]) => seconds.filter(({ vital }) => vital.value !== null);
