/** Between the protocol's values (milliseconds, nested) and the tables' rows (ISO 8601, flat). */
import { detectedEventSchema, type Observation, type StoredEvent, type StoredVital } from '@haven/protocol';
import type { AuditRow, EventRow, VitalRow } from './database.ts';
import type { AuditEntry } from './records.ts';

export const iso = (ms: number) => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));
export const msOrNull = (text: string | null) => (text === null ? null : Date.parse(text));

export const DAY_MS = 86_400_000;

/** The day in UTC, by which vitals are partitioned: `2026-11-22`. */
export function dayOf(ms: number): string {
  return iso(ms).slice(0, 10);
}

export function vitalRow(observation: Extract<Observation, { kind: 'vital' }>): VitalRow {
  const { vital } = observation;
  return {
    id: observation.id,
    day: dayOf(observation.at),
    patient_id: observation.patientId,
    stream_id: observation.streamId,
    source: observation.source,
    at: iso(observation.at),
    name: vital.name,
    unit: vital.unit,
    state: vital.state,
    value: vital.value,
    quality: vital.quality,
    method: vital.method,
    window_ms: vital.windowMs,
    measured_at: isoOrNull(vital.measuredAt),
    reason: vital.reason,
    interval_low: vital.interval?.low ?? null,
    interval_high: vital.interval?.high ?? null,
  };
}

export function storedVital(row: VitalRow): StoredVital {
  const { interval_low: low, interval_high: high } = row;
  return {
    id: row.id,
    at: Date.parse(row.at),
    streamId: row.stream_id,
    source: row.source,
    name: row.name,
    unit: row.unit,
    state: row.state,
    value: row.value,
    ...(low === null || high === null ? {} : { interval: { low, high } }),
    quality: row.quality,
    method: row.method,
    windowMs: row.window_ms,
    measuredAt: msOrNull(row.measured_at),
    reason: row.reason,
  };
}

export function eventRow(observation: Exclude<Observation, { kind: 'vital' }>): EventRow {
  const isEvent = observation.kind === 'event';
  return {
    id: observation.id,
    patient_id: observation.patientId,
    stream_id: observation.streamId,
    source: observation.source,
    at: iso(observation.at),
    kind: observation.kind,
    name: isEvent ? observation.event : observation.condition,
    confidence: isEvent ? observation.confidence : null,
    present: isEvent ? null : observation.present,
    started_at: isEvent ? isoOrNull(observation.startedAt ?? null) : null,
    evidence: isEvent ? (observation.evidence ?? null) : null,
  };
}

/** @returns undefined for a technical condition, and for an event that this version does not know */
export function storedEvent(row: EventRow): StoredEvent | undefined {
  const event = detectedEventSchema.safeParse(row.name);
  if (row.kind !== 'event' || !event.success) return undefined;
  return {
    id: row.id,
    event: event.data,
    at: Date.parse(row.at),
    startedAt: msOrNull(row.started_at),
    confidence: row.confidence ?? 0,
    evidence: row.evidence,
  };
}

/** A line from before there were chains. Longer texts are cut rather than lost; lengths are the table's. */
export function auditRow(id: string, entry: AuditEntry): AuditRow {
  return {
    id,
    at: iso(entry.at),
    actor: entry.actor.slice(0, 128),
    action: entry.action.slice(0, 64),
    subject: entry.subject.slice(0, 160),
    result: entry.result,
    code: entry.code?.slice(0, 64) ?? null,
    reason: entry.reason?.slice(0, 200) ?? null,
    address: entry.address?.slice(0, 64) ?? null,
    count: 1,
    node: null,
    day: null,
    sequence: null,
    previous: null,
    hash: null,
  };
}
