import type { DetectedEvent, TechnicalCondition, Vital } from '@haven/protocol';
export type AnalyzerOutput = {
  /** Time of this output, ms on the frames' clock. */
  at: number;
  /** One of each vital, once a second; null in between. */
  vitals: Vital[] | null;
  /** Pulse waveform samples at 25 Hz that became final, null where the rate is withheld. */
  waveform: { startAt: number; samples: (number | null)[] } | null;
  events: { event: DetectedEvent; confidence: number; at: number }[];
  /** Technical conditions that changed. */
  conditions: { condition: TechnicalCondition; present: boolean; at: number }[];
};
