/** What an observation says about the rules. Only what was measured just now counts: a held value says nothing. */
import {
  HYSTERESIS,
  type AlertLimits,
  type AlertRule,
  type DetectedEvent,
  type Observation,
  type Vital,
} from '@haven/protocol';
import { EVENT_EFFECTS, ruleOfCondition } from './rules.ts';

/**
 * `breach` of the limit; `normal`, within it by the hysteresis; `between`, which neither continues a return to normal
 * nor begins an alert; `over`, the end of a condition that was seen to end.
 */
export type Evidence = {
  kind: 'breach' | 'between' | 'normal' | 'over';
  value: number | null;
  limit: number | null;
};
export type RuleEvidence = readonly [AlertRule, Evidence];

/** The method of a presence that was told by a face. */
const SEEN_BY_FACE = 'face';

/** Movement (0–1) below which somebody lies calmly. */
const CALM_MOTION = 0.2;

const BREACH: Evidence = { kind: 'breach', value: null, limit: null };
const NORMAL: Evidence = { kind: 'normal', value: null, limit: null };
export const OVER: Evidence = { kind: 'over', value: null, limit: null };

/** @param baseline the pulse of about five minutes ago; null while it is unknown */
export function evidenceOf(
  observation: Observation,
  limits: AlertLimits,
  baseline: number | null,
): RuleEvidence[] {
  switch (observation.kind) {
    case 'vital':
      return ofVital(observation.vital, limits, baseline);
    case 'event':
      return ofEvent(observation.event);
    case 'condition':
      return ofCondition(observation);
  }
}

export function ofCondition({
  condition,
  present,
}: Pick<Extract<Observation, { kind: 'condition' }>, 'condition' | 'present'>): RuleEvidence[] {
  const rule = ruleOfCondition(condition);
  return rule === undefined ? [] : [[rule, present ? BREACH : OVER]];
}

function ofEvent(event: DetectedEvent): RuleEvidence[] {
  const { breaches, ends } = EVENT_EFFECTS[event];
  const begun: RuleEvidence[] = breaches === null ? [] : [[breaches, BREACH]];
  return [...begun, ...ends.map((rule): RuleEvidence => [rule, OVER])];
}

function ofVital(
  { name, state, value, method }: Vital,
  limits: AlertLimits,
  baseline: number | null,
): RuleEvidence[] {
  if (state !== 'measured' || value === null) return [];
  switch (name) {
    case 'pulse':
      return [
        ['pulse-high', above(value, limits.pulseHigh, HYSTERESIS.pulse)],
        ['pulse-low', below(value, limits.pulseLow, HYSTERESIS.pulse)],
        ...ofChange(value, limits.pulseChange, baseline),
        // Whose pulse is measured lies before the camera: a new stream's analysis cannot say that somebody returned.
        ['bed-exit', NORMAL],
        ['absent', NORMAL],
      ];
    case 'breathing':
      return [
        ['breathing-high', above(value, limits.breathingHigh, HYSTERESIS.breathing)],
        ['breathing-low', below(value, limits.breathingLow, HYSTERESIS.breathing)],
      ];
    case 'motion':
      return [['restless', { ...NORMAL, kind: value < CALM_MOTION ? 'normal' : 'between' }]];
    case 'presence':
      if (value === 0) return [];
      // As with a measured pulse: a new stream's analysis cannot say that somebody returned. What merely moves in an
      // empty bed may be whoever makes it.
      return method === SEEN_BY_FACE
        ? [
            ['bed-exit', NORMAL],
            ['absent', NORMAL],
          ]
        : [['absent', NORMAL]];
    case 'sdnn':
    case 'rmssd':
      return [];
  }
}

function ofChange(value: number, change: number | null, baseline: number | null): RuleEvidence[] {
  // Switched off meanwhile: no change is too large any more, so that a running episode can clear.
  if (change === null) {
    return [
      ['pulse-rising', { ...NORMAL, value }],
      ['pulse-falling', { ...NORMAL, value }],
    ];
  }
  // Nothing to compare with: no evidence, like missing data.
  if (baseline === null) return [];
  return [
    ['pulse-rising', above(value, baseline + change, HYSTERESIS.pulse)],
    ['pulse-falling', below(value, baseline - change, HYSTERESIS.pulse)],
  ];
}

function above(value: number, limit: number, hysteresis: number): Evidence {
  return { kind: graded(value - limit, hysteresis), value, limit };
}

function below(value: number, limit: number, hysteresis: number): Evidence {
  return { kind: graded(limit - value, hysteresis), value, limit };
}

function graded(beyond: number, hysteresis: number): Evidence['kind'] {
  if (beyond > 0) return 'breach';
  return beyond <= -hysteresis ? 'normal' : 'between';
}
