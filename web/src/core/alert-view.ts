import type { Alert, AlertPriority, AlertRule, Patient } from '@haven/protocol';

const RULE_WORDS: Readonly<Record<AlertRule, string>> = {
  'pulse-high': 'Pulse high',
  'pulse-low': 'Pulse low',
  'pulse-rising': 'Pulse rising fast',
  'pulse-falling': 'Pulse falling fast',
  'breathing-high': 'Breathing fast',
  'breathing-low': 'Breathing slow',
  fall: 'Fall seen',
  'bed-exit': 'Out of bed',
  absent: 'Not in the picture',
  restless: 'Restless',
  'signal-lost': 'Signal lost',
  'picture-frozen': 'Picture frozen',
  'camera-covered': 'Camera covered',
  'analysis-stopped': 'Analysis stopped',
};

export const PRIORITY_WORDS: Readonly<Record<AlertPriority, string>> = {
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  technical: 'TECHNICAL',
};

/** Most urgent first. A technical alert comes last: it asks for the equipment, though the patient is unwatched. */
const RANK: Readonly<Record<AlertPriority, number>> = { high: 0, medium: 1, low: 2, technical: 3 };

/** `Pulse high 141 (limit 120)` */
export function alertWords(alert: Alert): string {
  const rule = RULE_WORDS[alert.rule];
  const value = alert.value === null ? '' : ` ${Math.round(alert.value)}`;
  const limit = alert.limit === null ? '' : ` (limit ${Math.round(alert.limit)})`;
  const over = alert.condition === 'cleared' ? ' – over now' : '';
  return `${rule}${value}${limit}${over}`;
}

/** `Bed 3, Anna Berg`; the id where the patient is not (yet) known. */
export function patientWords(patient: Patient | undefined, patientId: string): string {
  return patient === undefined ? patientId : `${bedWords(patient.bed)}, ${patient.name}`;
}

/** A bed's short code, such as `3` or `A3`. */
const BED_CODE = /^\p{L}{0,2}-?\d{1,3}\p{L}?$/u;

/** `Bed 3` for a bed called `3`; a bed that has a name of its own (`Window`) keeps it. */
export function bedWords(bed: string): string {
  return BED_CODE.test(bed) ? `Bed ${bed}` : bed;
}

/** Not acknowledged before acknowledged, then by priority, then newest first. */
export function compareAlerts(a: Alert, b: Alert): number {
  const acknowledged = Number(a.acknowledgement !== null) - Number(b.acknowledgement !== null);
  return acknowledged || RANK[a.priority] - RANK[b.priority] || b.startedAt - a.startedAt;
}

/** The alert that speaks for a patient's tile: the highest priority; among equals one that nobody acknowledged. */
export function leadingAlert(alerts: readonly Alert[]): Alert | null {
  const order = (a: Alert, b: Alert) => RANK[a.priority] - RANK[b.priority] || compareAlerts(a, b);
  return alerts.toSorted(order)[0] ?? null;
}

/** The priority that is to be heard: of the highest alert that nobody has acknowledged. */
export function audiblePriority(alerts: Iterable<Alert>): AlertPriority | null {
  let audible: AlertPriority | null = null;
  for (const { active, acknowledgement, priority } of alerts) {
    if (!active || acknowledgement !== null) continue;
    if (audible === null || RANK[priority] < RANK[audible]) audible = priority;
  }
  return audible;
}

/** Both lists together; of an alert in both, the highest version. */
export function mergeAlerts(
  known: ReadonlyMap<string, Alert>,
  news: Iterable<Alert>,
): ReadonlyMap<string, Alert> {
  const merged = new Map(known);
  for (const alert of news) {
    const before = merged.get(alert.id);
    if (before === undefined || alert.version > before.version) merged.set(alert.id, alert);
  }
  return merged;
}
