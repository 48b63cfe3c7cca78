import type { AlertPriority, AlertRule, TechnicalCondition, Vital } from '@haven/protocol';

/** How a rule turns evidence into an episode. */
export type RuleDefinition = {
  priority: AlertPriority;
  /** Stays on screen after its condition cleared, until somebody acknowledges it. */
  latching: boolean;
  /** How long the condition must last before it alerts, ms. */
  delayMs: number;
  /** How long measured values must be back within the limit, less the hysteresis, before it clears, ms. */
  clearAfterMs: number;
};

/**
 * Delays keep a short disturbance from alerting: rates follow a change within 10–15 s themselves, and a camera that
 * is wiped or a Wi-Fi roam lasts a few seconds.
 */
export const RULES: Readonly<Record<AlertRule, RuleDefinition>> = {
  'pulse-high': { priority: 'high', latching: true, delayMs: 15_000, clearAfterMs: 10_000 },
  'pulse-low': { priority: 'high', latching: true, delayMs: 15_000, clearAfterMs: 10_000 },
  'signal-lost': { priority: 'technical', latching: false, delayMs: 5_000, clearAfterMs: 0 },
  'picture-frozen': { priority: 'technical', latching: false, delayMs: 5_000, clearAfterMs: 0 },
  'camera-covered': { priority: 'technical', latching: false, delayMs: 5_000, clearAfterMs: 0 },
  'analysis-stopped': { priority: 'technical', latching: false, delayMs: 5_000, clearAfterMs: 0 },
};

/** A gap in the measured values longer than this interrupts a return to normal, ms. */
export const CLEARING_GAP_MS = 5_000;

export type Limits = {
  /** Alert above this pulse, beats a minute. The default is the edge of NEWS2's three-point band (131 and more). */
  pulseHigh: number;
  /** Alert below this pulse, beats a minute. */
  pulseLow: number;
  /** How far inside the limit a rate must come before its alert can clear, beats a minute. */
  pulseHysteresis: number;
};
export const DEFAULT_LIMITS: Readonly<Limits> = { pulseHigh: 130, pulseLow: 50, pulseHysteresis: 5 };

/**
 * What one measurement says about a rule: `breach` of the limit, `normal` (within it by the hysteresis), or
 * `between`, which neither continues a return to normal nor begins an alert.
 */
export type Evidence = { kind: 'breach' | 'between' | 'normal'; value: number | null; limit: number | null };

/** The evidence in one vital. Only what was just measured counts: a held or withheld value says nothing. */
export function evidenceOf(vital: Vital, limits: Limits): [AlertRule, Evidence][] {
  if (vital.name !== 'pulse' || vital.state !== 'measured' || vital.value === null) return [];
  const { value } = vital;
  const { pulseHigh, pulseLow, pulseHysteresis } = limits;
  const grade = (beyond: number): Evidence['kind'] =>
    beyond > 0 ? 'breach' : beyond <= -pulseHysteresis ? 'normal' : 'between';
  return [
    ['pulse-high', { kind: grade(value - pulseHigh), value, limit: pulseHigh }],
    ['pulse-low', { kind: grade(pulseLow - value), value, limit: pulseLow }],
  ];
}

const CONDITION_RULES: Readonly<Partial<Record<TechnicalCondition, AlertRule>>> = {
  'signal-lost': 'signal-lost',
  'picture-frozen': 'picture-frozen',
  'camera-covered': 'camera-covered',
  'analysis-stopped': 'analysis-stopped',
};

/** The rule of a technical condition; undefined for one that is only shown on the tile. */
export function ruleOfCondition(condition: TechnicalCondition): AlertRule | undefined {
  return CONDITION_RULES[condition];
}
