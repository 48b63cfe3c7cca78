/**
 * The rules, as one table, from which docs/alerts.md is held. A rule turns evidence into episodes; where the evidence
 * comes from is in evidence.ts.
 */
import type {
  AlertLimits,
  AlertPriority,
  AlertRule,
  DetectedEvent,
  TechnicalCondition,
} from '@haven/protocol';

/** How a rule turns evidence into an episode. */
export type RuleDefinition = {
  priority: AlertPriority;
  /** Stays on screen after its condition cleared, until somebody acknowledges it. */
  latching: boolean;
  /** How long the condition must last before it alerts, ms; `limits`: as the patient's limits say. */
  delay: number | 'limits';
  /** How long measured values must be back within the limit, less the hysteresis, before it clears, ms. */
  clearAfterMs: number;
  /** Something that happened and has no end of its own: it is present until somebody acknowledges it. */
  momentary: boolean;
};

/** A rate must be back for this long: one good window among bad ones is no recovery. */
const RATE_BACK_MS = 10_000;
/** Whoever was restless must be calm for this long. */
const CALM_MS = 30_000;

const rate = { latching: true, delay: 'limits', clearAfterMs: RATE_BACK_MS, momentary: false } as const;
const presence = {
  priority: 'medium',
  latching: false,
  clearAfterMs: RATE_BACK_MS,
  momentary: false,
} as const;
/** A camera that is wiped or a Wi-Fi roam lasts a few seconds. */
const technical = {
  priority: 'technical',
  latching: false,
  delay: 5_000,
  clearAfterMs: 0,
  momentary: false,
} as const;

export const RULES: Readonly<Record<AlertRule, RuleDefinition>> = {
  'pulse-high': { priority: 'high', ...rate },
  'pulse-low': { priority: 'high', ...rate },
  'pulse-rising': { priority: 'medium', ...rate },
  'pulse-falling': { priority: 'medium', ...rate },
  'breathing-high': { priority: 'high', ...rate },
  'breathing-low': { priority: 'high', ...rate },
  fall: { priority: 'high', latching: true, delay: 0, clearAfterMs: 0, momentary: true },
  'bed-exit': { ...presence, delay: 0 },
  absent: { ...presence, delay: 10_000 },
  restless: { priority: 'low', latching: false, delay: 0, clearAfterMs: CALM_MS, momentary: false },
  'signal-lost': technical,
  'picture-frozen': technical,
  'camera-covered': technical,
  'analysis-stopped': technical,
};

/** A rule as it stands under somebody's limits: what the state machine needs to know of it. */
export type Judgement = Pick<RuleDefinition, 'latching' | 'clearAfterMs' | 'momentary'> & { delayMs: number };

export function judgementOf(rule: AlertRule, limits: AlertLimits): Judgement {
  const { latching, clearAfterMs, momentary, delay } = RULES[rule];
  return {
    latching,
    clearAfterMs,
    momentary,
    delayMs: delay === 'limits' ? limits.delaySeconds * 1000 : delay,
  };
}

/** Whether a rule may begin an episode under these limits. */
export function isOn(rule: AlertRule, { off, pulseChange }: AlertLimits): boolean {
  if (rule === 'pulse-rising' || rule === 'pulse-falling') return pulseChange !== null;
  return !off.some((name) => name === rule);
}

/** What a detected event does to the rules: the one that it breaches, and those whose condition it ends. */
export type EventEffect = { breaches: AlertRule | null; ends: readonly AlertRule[] };

/** Noted: on screen and in the records, beside the alerts of its time. Visits and care are no reason to call anybody. */
const NOTED: EventEffect = { breaches: null, ends: [] };
const breaching = (rule: AlertRule): EventEffect => ({ breaches: rule, ends: [] });

export const EVENT_EFFECTS: Readonly<Record<DetectedEvent, EventEffect>> = {
  fall: breaching('fall'),
  'bed-exit': breaching('bed-exit'),
  absent: breaching('absent'),
  restless: breaching('restless'),
  returned: { breaches: null, ends: ['bed-exit', 'absent'] },
  'second-person': NOTED,
  alone: NOTED,
  // The pulse is withheld with this reason, and stale values never look live.
  'too-far': NOTED,
};

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
