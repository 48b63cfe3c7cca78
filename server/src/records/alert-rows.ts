/** Between alerts as the protocol has them and as the tables have them. */
import type { Alert, AlertTransition } from '@haven/protocol';
import type { AlertRow, AlertTransitionRow } from './database.ts';
import { iso, isoOrNull, msOrNull } from './rows.ts';

export function alertRow(alert: Alert): AlertRow {
  const { acknowledgement, silence } = alert;
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
    acknowledged_by: acknowledgement?.userId ?? null,
    acknowledged_by_name: acknowledgement?.userName ?? null,
    acknowledged_at: isoOrNull(acknowledgement?.at ?? null),
    acknowledge_reason: acknowledgement?.reason ?? null,
    silenced_by: silence?.userId ?? null,
    silenced_by_name: silence?.userName ?? null,
    silenced_at: isoOrNull(silence?.at ?? null),
    silenced_until: isoOrNull(silence?.until ?? null),
    silence_reason: silence?.reason ?? null,
    value: alert.value,
    limit: alert.limit,
    active: alert.active,
    version: alert.version,
    change_kind: alert.change.kind,
    change_at: iso(alert.change.at),
  };
}

export function alertOf(row: AlertRow): Alert {
  const silence = signatureOf(row.silenced_by, row.silenced_by_name, row.silenced_at, row.silence_reason);
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
    acknowledgement: signatureOf(
      row.acknowledged_by,
      row.acknowledged_by_name,
      row.acknowledged_at,
      row.acknowledge_reason,
    ),
    silence:
      silence === null || row.silenced_until === null
        ? null
        : { ...silence, until: Date.parse(row.silenced_until) },
    value: row.value,
    limit: row.limit,
    active: row.active,
    version: row.version,
    change: { kind: row.change_kind, at: Date.parse(row.change_at) },
  };
}

function signatureOf(
  userId: string | null,
  userName: string | null,
  at: string | null,
  reason: string | null,
): Alert['acknowledgement'] {
  return userId === null || userName === null || at === null
    ? null
    : { userId, userName, at: Date.parse(at), reason };
}

/** What one version of an alert did; who and why where a person did it. */
export function transitionOf({
  version,
  change,
  value,
  limit,
  acknowledgement,
  silence,
}: Alert): AlertTransition {
  const signature =
    change.kind === 'acknowledged' ? acknowledgement : change.kind === 'silenced' ? silence : null;
  return {
    version,
    change,
    value,
    limit,
    by: signature === null ? null : { userId: signature.userId, userName: signature.userName },
    reason: signature?.reason ?? null,
  };
}

export function storedTransition(row: AlertTransitionRow): AlertTransition {
  const { by_user: userId, by_name: userName } = row;
  return {
    version: row.version,
    change: { kind: row.kind, at: Date.parse(row.at) },
    value: row.value,
    limit: row.limit,
    by: userId === null || userName === null ? null : { userId, userName },
    reason: row.reason,
  };
}
