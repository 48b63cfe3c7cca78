import type pg from 'pg';

const HASH = 'a'.repeat(64);
const USER = '11111111-1111-4111-8111-111111111111';
const STREAM = '22222222-2222-4222-8222-222222222222';
const ALERT = '33333333-3333-4333-8333-333333333333';
const id = (number: number) => `44444444-4444-4444-8444-${String(number).padStart(12, '0')}`;

/**
 * Rows for every table of the newest schema, in an order that its references allow. A new table gets its row here:
 * the test of the migrations asks for it.
 */
const SAMPLE_ROWS = `
  insert into auth.users (id, email) values ('${USER}', 'anna@haven.local');
  insert into public.profiles (user_id, email, display_name) values ('${USER}', 'anna@haven.local', 'Anna');
  insert into public.rooms (id, name) values ('ward-a', 'A'), ('ward-b', 'B');
  insert into public.patients (id, room_id, name, bed) values
    ('P-101', 'ward-a', 'Ada Example', '1'), ('P-102', 'ward-a', 'Ben Sample', '2');
  insert into public.user_roles (user_id, role) values ('${USER}', 'clinician');
  insert into public.room_assignments (user_id, room_id) values ('${USER}', 'ward-a');
  insert into public.devices (id, patient_id, name, token_hash) values ('${id(1)}', 'P-101', 'Camera', '${HASH}');
  insert into public.cv_keys (id, name, key_hash) values ('${id(2)}', 'Worker', '${HASH}');
  select public.keep_vitals(jsonb_build_array(
    jsonb_build_object('id', '${id(3)}', 'day', '2026-11-22', 'patient_id', 'P-101', 'stream_id', '${STREAM}',
      'source', 'camera', 'at', '2026-11-22T08:00:00.5Z', 'name', 'pulse', 'unit', '/min', 'state', 'measured',
      'value', 72.5, 'quality', 0.9, 'method', 'pos', 'window_ms', 10000, 'measured_at', '2026-11-22T08:00:00Z'),
    jsonb_build_object('id', '${id(4)}', 'day', '2026-11-22', 'patient_id', 'P-101', 'stream_id', '${STREAM}',
      'source', 'camera', 'at', '2026-11-22T08:00:01.5Z', 'name', 'pulse', 'unit', '/min', 'state', 'withheld',
      'quality', 0.1, 'method', 'pos', 'window_ms', 10000, 'reason', 'moving')));
  insert into public.events (id, patient_id, stream_id, source, at, kind, name, confidence, started_at, evidence) values
    ('${id(5)}', 'P-101', '${STREAM}', 'camera', '2026-11-22T08:00:00Z', 'event', 'fall', 0.9,
     '2026-11-22T07:59:58Z', '{"torsoAngleDegrees": 82}');
  select public.keep_alerts(jsonb_build_array(jsonb_build_object(
    'id', '${ALERT}', 'patient_id', 'P-101', 'room_id', 'ward-a', 'rule', 'pulse-high', 'priority', 'high',
    'episode', 1, 'source', 'camera', 'condition', 'present', 'started_at', '2026-11-22T08:00:00Z', 'value', 141,
    'limit', 130, 'active', true, 'version', 1, 'change_kind', 'raised', 'change_at', '2026-11-22T08:00:00Z')));
  insert into public.alert_limits (id, scope, subject_id, version, limits, changed_by, changed_by_name, changed_at, reason)
    values ('${id(6)}', 'room', 'ward-a', 1, '{"pulseLow": 50}', '${USER}', 'Anna', '2026-11-22T08:00:00Z', 'asked for');
  insert into public.audit (id, at, actor, action, subject, result) values
    ('${id(7)}', '2026-11-22T08:00:00Z', 'system', 'test', 'room:ward-a', 'done');
  insert into public.audit_checkpoints (node, day, sequence, hash, previous, signed_at, key, signature) values
    ('node-1', '2026-11-21', 1, '${HASH}', '${HASH}', '2026-11-22T00:00:01Z', '${HASH}', 'signature');
  insert into public.sessions (session_id, user_id, address, started_at, last_active_at) values
    ('session-1', '${USER}', '192.0.2.1', '2026-11-22T08:00:00Z', '2026-11-22T08:00:00Z');
  insert into public.sign_in_attempts (account, attempts, since) values ('${HASH}', 1, '2026-11-22T08:00:00Z');
  insert into public.break_glass (id, user_id, room_id, reason, started_at, ends_at) values
    ('${id(8)}', '${USER}', 'ward-b', 'somebody has collapsed', '2026-11-22T08:00:00Z', '2026-11-22T09:00:00Z')`;

export async function fillEveryTable(session: pg.Client): Promise<void> {
  await session.query(SAMPLE_ROWS);
}
