import {
  LONGEST_SOUND_PAUSE_S,
  type Alert,
  type AlertPriority,
  type AlertRule,
  type Patient,
  type SoundPause,
} from '@haven/protocol';

export const RULE_WORDS: Readonly<Record<AlertRule, string>> = {
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
  const value = alert.value === null ? '' : ` ${Math.round(alert.value)}`;
  const limit = alert.limit === null ? '' : ` (limit ${Math.round(alert.limit)})`;
  return `${RULE_WORDS[alert.rule]}${value}${limit}${overWords(alert)}`;
}

/** What is said of an alert and whose it is; on a locked screen neither a measured value nor a name. */
export function alertSaid(
  alert: Alert,
  patient: Patient | undefined,
  locked: boolean,
): { what: string; whose: string } {
  if (!locked) return { what: alertWords(alert), whose: patientWords(patient, alert.patientId) };
  return { what: ruleWords(alert), whose: patient === undefined ? alert.patientId : bedWords(patient.bed) };
}

/** The rule alone, without what was measured. */
export function ruleWords(alert: Alert): string {
  return `${RULE_WORDS[alert.rule]}${overWords(alert)}`;
}

function overWords({ condition }: Alert): string {
  return condition === 'cleared' ? ' – over now' : '';
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

/**
 * The priority that is to be heard: of the highest alert that nobody has acknowledged or silenced.
 * @param serverNow by the server's clock, as silences are
 */
export function audiblePriority(alerts: Iterable<Alert>, serverNow: number): AlertPriority | null {
  let audible: AlertPriority | null = null;
  for (const { active, acknowledgement, silence, priority } of alerts) {
    if (!active || acknowledgement !== null || secondsLeft(silence, serverNow) > 0) continue;
    if (audible === null || RANK[priority] < RANK[audible]) audible = priority;
  }
  return audible;
}

/** How long a pause of sound still lasts, whole seconds; 0 when there is none, or it is over. */
export function secondsLeft(pause: SoundPause | null, serverNow: number): number {
  if (pause === null) return 0;
  const left = Math.ceil((pause.until - serverNow) / 1000);
  // A clock that is wrong must not make a pause longer than any may be.
  return Math.min(Math.max(left, 0), LONGEST_SOUND_PAUSE_S);
}

/** `1:05` */
export function countdownWords(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Both lists together; of an alert in both the highest version, and of the same version what says that it is over. */
export function mergeAlerts(
  known: ReadonlyMap<string, Alert>,
  news: Iterable<Alert>,
): ReadonlyMap<string, Alert> {
  const merged = new Map(known);
  for (const alert of news) {
    const before = merged.get(alert.id);
    const isOver = before?.version === alert.version && !alert.active;
    if (before === undefined || alert.version > before.version || isOver) merged.set(alert.id, alert);
  }
  return merged;
}
