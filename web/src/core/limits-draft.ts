/** Limits while they are being typed: what is wrong with them is said in words before anything is sent. */
import {
  alertLimitsSchema,
  HYSTERESIS,
  MEASURABLE,
  optionalRuleSchema,
  type AlertLimits,
  type OptionalRule,
} from '@haven/protocol';

export type NumberField =
  'pulseLow' | 'pulseHigh' | 'breathingLow' | 'breathingHigh' | 'pulseChange' | 'delaySeconds';

/** Numbers as they stand in their fields; an empty `pulseChange` switches that rule off. */
export type LimitsDraft = Readonly<Record<NumberField, string>> & { readonly on: ReadonlySet<OptionalRule> };

/** What is wrong, by field. */
export type LimitsProblems = Partial<Record<NumberField, string>>;

export const FIELD_WORDS: Readonly<Record<NumberField, string>> = {
  pulseLow: 'Pulse, lowest',
  pulseHigh: 'Pulse, highest',
  breathingLow: 'Breathing, lowest',
  breathingHigh: 'Breathing, highest',
  pulseChange: 'Pulse changes by more than, within 5 min',
  delaySeconds: 'Alert after, seconds beyond a limit',
};

export const RULES_ON_WORDS: Readonly<Record<OptionalRule, string>> = {
  'bed-exit': 'Out of bed',
  absent: 'Not in the picture',
  restless: 'Restless',
};

type Range = { low: number; high: number; outside: string };
const measurable = (low: number, high: number): Range => ({
  low,
  high,
  outside: `The camera measures from ${low} to ${high} a minute.`,
});
const RANGES: Readonly<Record<NumberField, Range>> = {
  pulseLow: measurable(MEASURABLE.pulse.low, MEASURABLE.pulse.high),
  pulseHigh: measurable(MEASURABLE.pulse.low, MEASURABLE.pulse.high),
  breathingLow: measurable(MEASURABLE.breathing.low, MEASURABLE.breathing.high),
  breathingHigh: measurable(MEASURABLE.breathing.low, MEASURABLE.breathing.high),
  pulseChange: { low: 15, high: 100, outside: 'From 15 to 100 a minute, or empty for no such alert.' },
  delaySeconds: { low: 15, high: 20, outside: 'From 15 to 20 seconds.' },
};
export const NUMBER_FIELDS = Object.keys(RANGES) as NumberField[];

export function draftOf(limits: AlertLimits): LimitsDraft {
  return {
    pulseLow: `${limits.pulseLow}`,
    pulseHigh: `${limits.pulseHigh}`,
    breathingLow: `${limits.breathingLow}`,
    breathingHigh: `${limits.breathingHigh}`,
    pulseChange: `${limits.pulseChange ?? ''}`,
    delaySeconds: `${limits.delaySeconds}`,
    on: new Set(optionalRuleSchema.options.filter((rule) => !limits.off.includes(rule))),
  };
}

export function readDraft(
  draft: LimitsDraft,
): { limits: AlertLimits; problems: null } | { limits: null; problems: LimitsProblems } {
  const problems: LimitsProblems = {};
  for (const field of NUMBER_FIELDS) {
    const problem = numberProblem(field, draft[field]);
    if (problem !== null) problems[field] = problem;
  }
  const apart = (low: NumberField, high: NumberField, least: number) => {
    if (problems[low] !== undefined || problems[high] !== undefined) return;
    if (Number(draft[high]) - Number(draft[low]) >= least) return;
    problems[high] = `Must be at least ${least} above the lowest, or alerts would come and go.`;
  };
  apart('pulseLow', 'pulseHigh', 4 * HYSTERESIS.pulse);
  apart('breathingLow', 'breathingHigh', 4 * HYSTERESIS.breathing);
  if (Object.keys(problems).length > 0) return { limits: null, problems };
  const limits = alertLimitsSchema.parse({
    pulseLow: Number(draft.pulseLow),
    pulseHigh: Number(draft.pulseHigh),
    breathingLow: Number(draft.breathingLow),
    breathingHigh: Number(draft.breathingHigh),
    pulseChange: draft.pulseChange.trim() === '' ? null : Number(draft.pulseChange),
    delaySeconds: Number(draft.delaySeconds),
    off: optionalRuleSchema.options.filter((rule) => !draft.on.has(rule)),
  });
  return { limits, problems: null };
}

function numberProblem(field: NumberField, typed: string): string | null {
  const text = typed.trim();
  if (text === '') return field === 'pulseChange' ? null : 'A number is needed.';
  if (!/^\d{1,3}$/.test(text)) return 'A whole number is needed.';
  const { low, high, outside } = RANGES[field];
  const value = Number(text);
  return value < low || value > high ? outside : null;
}

/** `Pulse 50–130, breathing 8–24 a minute` */
export function limitsWords({ pulseLow, pulseHigh, breathingLow, breathingHigh }: AlertLimits): string {
  return `Pulse ${pulseLow}–${pulseHigh}, breathing ${breathingLow}–${breathingHigh} a minute`;
}
