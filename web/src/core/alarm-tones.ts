import type { AlertPriority } from '@haven/protocol';

/** What an alarm sounds for: an alert's priority, or that alarms cannot be heard of at all. */
export type AlarmSignal = AlertPriority | 'alarms-off';

/** One pulse of a burst: times in s from the burst's beginning, the fundamental in Hz. */
export type TonePulse = { at: number; duration: number; frequency: number };
export type Burst = {
  pulses: readonly TonePulse[];
  /** From one burst's beginning to the next, s. */ every: number;
};

/**
 * Bursts after IEC 60601-1-8:2006+A1+A2, tables 3 and 4: high, ten pulses as twice 3 + 2; medium, three; low, two.
 * Pulses of a high alarm last 75–200 ms, of the others 125–250 ms; fundamentals lie within 150–1000 Hz.
 * A technical alert sounds as a low one. Lost alarms have two long falling tones of their own.
 */
export const BURSTS: Readonly<Record<AlarmSignal, Burst>> = {
  high: { pulses: [...highGroup(0), ...highGroup(1.9)], every: 6 },
  medium: { pulses: evenly([440, 523, 587], 0.2, 0.2), every: 10 },
  low: { pulses: evenly([440, 349], 0.2, 0.2), every: 20 },
  technical: { pulses: evenly([349, 349], 0.2, 0.2), every: 20 },
  'alarms-off': { pulses: evenly([784, 392], 0.45, 0.1), every: 2 },
};

function highGroup(start: number): TonePulse[] {
  const duration = 0.15;
  const spacing = 0.1;
  const pauseAfterThird = 0.35;
  return [523, 523, 523, 698, 698].map((frequency, index) => ({
    at: start + index * (duration + spacing) + (index >= 3 ? pauseAfterThird - spacing : 0),
    duration,
    frequency,
  }));
}

function evenly(frequencies: readonly number[], duration: number, spacing: number): TonePulse[] {
  return frequencies.map((frequency, index) => ({ at: index * (duration + spacing), duration, frequency }));
}
