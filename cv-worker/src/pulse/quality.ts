import type { Interval } from '@haven/protocol';
import type { Belief } from './posterior.ts';

export function pulseQuality(logOdds: number): number {
  return Math.round(100 / (1 + Math.exp(-logOdds * 0.6))) / 100;
}

export function pulseInterval({ perMin, low, high }: Belief): Interval {
  return { low: Math.min(perMin, low), high: Math.max(perMin, high) };
}
