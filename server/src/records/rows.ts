/** Between the protocol's values (milliseconds, nested) and the tables' rows (ISO 8601, flat). */
import type { Alert, Observation, StoredVital } from '@haven/protocol';
import type { AlertRow, AuditRow, EventRow, VitalRow } from './database.ts';
import type { AuditEntry } from './records.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));
const msOrNull = (text: string | null) => (text === null ? null : Date.parse(text));

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
  };
}

export function storedVital(row: VitalRow): StoredVital {
  return {
    id: row.id,
    at: Date.parse(row.at),
    streamId: row.stream_id,
    source: row.source,
    name: row.name,
    unit: row.unit,
    state: row.state,
    value: row.value,
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
  };
}

export function alertRow(alert: Alert): AlertRow {
  return {
    id: alert.id,
    patient_id: alert.patientId,
    room_id: alert.roomId,
    rule: alert.rule,
    priority: alert.priority,
    episode: alert.episode,
    source: alert.source,
    condition: alert.condition,
    started_at: iso(alert.startedAt),
    cleared_at: isoOrNull(alert.clearedAt),
    acknowledged_by: alert.acknowledgement?.userId ?? null,
    acknowledged_by_name: alert.acknowledgement?.userName ?? null,
    acknowledged_at: isoOrNull(alert.acknowledgement?.at ?? null),
    value: alert.value,
    limit: alert.limit,
    active: alert.active,
    version: alert.version,
  };
}

export function alertOf(row: AlertRow): Alert {
  const { acknowledged_by: userId, acknowledged_by_name: userName, acknowledged_at: at } = row;
  return {
    id: row.id,
    patientId: row.patient_id,
    roomId: row.room_id,
    rule: row.rule,
    priority: row.priority,
    episode: row.episode,
    source: row.source,
    condition: row.condition,
    startedAt: Date.parse(row.started_at),
    clearedAt: msOrNull(row.cleared_at),
    acknowledgement:
      userId === null || userName === null || at === null ? null : { userId, userName, at: Date.parse(at) },
    value: row.value,
    limit: row.limit,
    active: row.active,
    version: row.version,
  };
}

/** Longer texts come only from a mistake: they are cut rather than lost. Lengths are the table's. */
export function auditRow(id: string, entry: AuditEntry): AuditRow {
  return {
    id,
    at: iso(entry.at),
    actor: entry.actor.slice(0, 128),
    action: entry.action.slice(0, 64),
    subject: entry.subject.slice(0, 160),
    result: entry.result,
    code: entry.code?.slice(0, 64) ?? null,
    address: entry.address?.slice(0, 64) ?? null,
  };
}
