import type { DetectedEvent, Evidence } from '@haven/protocol';

/** Something that was seen to happen; times in ms on the frames' clock. */
export type PresenceEvent = {
  event: DetectedEvent;
  /** 0–1, a judgement by design and not calibrated on patients. */
  confidence: number;
  /** When it was certain enough to be told. */
  at: number;
  /** When what was seen began. */
  startedAt: number;
  /** The figures that led to it, by name with their unit. */
  evidence: Evidence;
};

/** Seconds between two moments, to a tenth. */
export function secondsBetween(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) / 100) / 10;
}

/** A share as evidence shows it, to a hundredth. */
export function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}
