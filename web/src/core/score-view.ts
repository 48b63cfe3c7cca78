import { partialEarlyWarningScore, type PartialScore } from '@haven/protocol';
import type { VitalView } from './freshness.ts';

/** NEWS2 chart 2: what a score asks for. Seven and more cannot be reached with two parameters. */
export type ScoreBand = 'none' | 'low' | 'low-medium' | 'medium';

export type ScoreView = {
  score: PartialScore & { total: number };
  band: ScoreBand;
  missing: 'pulse' | 'breathing' | null;
};

export const BAND_WORDS: Readonly<Record<ScoreBand, string>> = {
  none: 'NEWS2 band: low (0)',
  low: 'NEWS2 band: low (1–4)',
  'low-medium': 'NEWS2 band: low to medium (one parameter alone scores 3): urgent look by a clinician',
  medium: 'NEWS2 band: medium (5–6): urgent response',
};

/** The partial score of what is shown now, live or held; null when neither rate is. */
export function viewScore(pulse: VitalView, breathing: VitalView | null): ScoreView | null {
  const score = partialEarlyWarningScore({ pulse: rateOf(pulse), breathing: rateOf(breathing) });
  const { total } = score;
  if (total === null) return null;
  const missing = score.pulse === null ? 'pulse' : score.breathing === null ? 'breathing' : null;
  return {
    score: { ...score, total },
    band: bandOf(total, score.extreme),
    missing,
  };
}

function bandOf(total: number, extreme: boolean): ScoreBand {
  if (total >= 5) return 'medium';
  if (extreme) return 'low-medium';
  return total === 0 ? 'none' : 'low';
}

function rateOf(vital: VitalView | null): number | null {
  return vital === null || vital.state === 'withheld' ? null : vital.value;
}
