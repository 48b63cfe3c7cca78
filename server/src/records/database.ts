/** The tables and functions of `infra/supabase/migrations`, in the form that supabase-js takes its types from. */
import type { Alert, AlertLimits, AnalysisMode, Evidence, Role, Source, StoredVital } from '@haven/protocol';

type Table<Row, Optional extends keyof Row = never> = {
  Row: Row;
  Insert: Omit<Row, Optional> & Partial<Pick<Row, Optional>>;
  Update: Partial<Row>;
  Relationships: [];
};

export type VitalRow = {
  id: string;
  day: string;
  patient_id: string;
  stream_id: string;
  source: Source;
  at: string;
  name: StoredVital['name'];
  unit: StoredVital['unit'];
  state: StoredVital['state'];
  value: number | null;
  quality: number;
  method: string;
  window_ms: number;
  measured_at: string | null;
  reason: StoredVital['reason'];
  interval_low: number | null;
  interval_high: number | null;
};

export type EventRow = {
  id: string;
  patient_id: string;
  stream_id: string;
  source: Source;
  at: string;
  kind: 'event' | 'condition';
  name: string;
  confidence: number | null;
  present: boolean | null;
  started_at: string | null;
  evidence: Evidence | null;
};

export type AlertRow = {
  id: string;
  patient_id: string;
  room_id: string;
  rule: Alert['rule'];
  priority: Alert['priority'];
  episode: number;
  source: Source;
  condition: Alert['condition'];
  started_at: string;
  cleared_at: string | null;
  acknowledged_by: string | null;
  acknowledged_by_name: string | null;
  acknowledged_at: string | null;
  acknowledge_reason: string | null;
  silenced_by: string | null;
  silenced_by_name: string | null;
  silenced_at: string | null;
  silenced_until: string | null;
  silence_reason: string | null;
  value: number | null;
  limit: number | null;
  active: boolean;
  version: number;
  change_kind: Alert['change']['kind'];
  change_at: string;
};

export type AlertLimitsRow = {
  id: string;
  scope: 'room' | 'patient';
  subject_id: string;
  version: number;
  limits: AlertLimits | null;
  changed_by: string;
  changed_by_name: string;
  changed_at: string;
  reason: string;
};

export type AlertTransitionRow = {
  alert_id: string;
  version: number;
  kind: Alert['change']['kind'];
  at: string;
  value: number | null;
  limit: number | null;
  by_user: string | null;
  by_name: string | null;
  reason: string | null;
};

export type AuditRow = {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  result: 'done' | 'refused' | 'failed';
  code: string | null;
  reason: string | null;
  address: string | null;
  count: number;
  /** The place in a chain; null in lines from before there were chains. */
  node: string | null;
  day: string | null;
  sequence: number | null;
  previous: string | null;
  hash: string | null;
};

export type AuditCheckpointRow = {
  node: string;
  day: string;
  sequence: number;
  hash: string;
  previous: string;
  signed_at: string;
  key: string;
  signature: string;
};

type RoomRow = { id: string; name: string; created_at: string };
type PatientRow = {
  id: string;
  room_id: string;
  name: string;
  bed: string;
  analysis_mode: AnalysisMode;
  created_at: string;
  removed_at: string | null;
};
type ProfileRow = {
  user_id: string;
  email: string;
  display_name: string;
  created_at: string;
  disabled_at: string | null;
  password_change_required: boolean;
};
type SessionRow = {
  session_id: string;
  user_id: string;
  address: string;
  started_at: string;
  last_active_at: string;
  ended_at: string | null;
  second_factor: boolean;
};
export type BreakGlassRow = {
  id: string;
  user_id: string;
  room_id: string;
  reason: string;
  started_at: string;
  ends_at: string;
  ended_at: string | null;
  ended_by: string | null;
  expiry_audited: boolean;
  reviewed_by: string | null;
  reviewed_at: string | null;
  review_note: string | null;
  justified: boolean | null;
};
type DeviceRow = {
  id: string;
  patient_id: string;
  name: string;
  token_hash: string;
  created_at: string;
  revoked_at: string | null;
};
type CvKeyRow = {
  id: string;
  name: string;
  key_hash: string;
  created_at: string;
  revoked_at: string | null;
};

/** Of one page of a list of administration. */
type ListArguments = { p_search: string; p_after: string | null; p_limit: number };

export type Database = {
  public: {
    Tables: {
      rooms: Table<RoomRow, 'created_at'>;
      patients: Table<PatientRow, 'analysis_mode' | 'created_at' | 'removed_at'>;
      profiles: Table<ProfileRow, 'created_at' | 'disabled_at' | 'password_change_required'>;
      user_roles: Table<{ user_id: string; role: Role }>;
      room_assignments: Table<{ user_id: string; room_id: string }>;
      devices: Table<DeviceRow, 'id' | 'created_at' | 'revoked_at'>;
      cv_keys: Table<CvKeyRow, 'id' | 'created_at' | 'revoked_at'>;
      sessions: Table<SessionRow, 'ended_at'>;
      sign_in_attempts: Table<{
        account: string;
        attempts: number;
        since: string;
        locked_until: string | null;
      }>;
      break_glass: Table<
        BreakGlassRow,
        | 'ended_at'
        | 'ended_by'
        | 'expiry_audited'
        | 'reviewed_by'
        | 'reviewed_at'
        | 'review_note'
        | 'justified'
      >;
      vitals: Table<VitalRow>;
      events: Table<EventRow>;
      alerts: Table<AlertRow>;
      alert_transitions: Table<AlertTransitionRow>;
      alert_limits: Table<AlertLimitsRow>;
      audit: Table<AuditRow, 'reason' | 'count' | 'node' | 'day' | 'sequence' | 'previous' | 'hash'>;
      audit_checkpoints: Table<AuditCheckpointRow>;
    };
    Views: Record<string, never>;
    Functions: {
      access_snapshot: { Args: never; Returns: unknown };
      ensure_vitals_partitions: { Args: { p_first: string; p_days: number }; Returns: number };
      ensure_records_partitions: { Args: { p_first: string; p_days: number }; Returns: number };
      keep_vitals: { Args: { p_vitals: VitalRow[] }; Returns: number };
      vitals_trend: {
        Args: { p_patient_id: string; p_step: 'minute' | 'hour'; p_since: string; p_until: string };
        Returns: unknown;
      };
      expired_days: { Args: { p_before: string }; Returns: unknown };
      drop_expired_day: { Args: { p_day: string }; Returns: boolean };
      free_dropped_day: { Args: never; Returns: boolean };
      delete_expired_rows: { Args: { p_before: string; p_rows: number }; Returns: number | null };
      audit_chains: {
        Args: { p_from: string; p_to: string };
        Returns: { node: string; day: string; lines: number }[];
      };
      remove_oldest_audit_day: { Args: { p_before: string }; Returns: unknown };
      count_sign_in_attempt: {
        Args: { p_account: string; p_now: string; p_limit: number; p_seconds: number };
        Returns: string | null;
      };
      uncount_sign_in_attempt: { Args: { p_account: string }; Returns: undefined };
      set_account_password: { Args: { p_user_id: string; p_hash: string }; Returns: number };
      check_integrity: { Args: never; Returns: { kind: string; subject: string }[] };
      list_break_glass: { Args: ListArguments; Returns: unknown };
      remove_account_without_profile: { Args: { p_email: string }; Returns: number };
      add_user: {
        Args: {
          p_user: string;
          p_email: string;
          p_display_name: string;
          p_roles: readonly Role[];
          p_rooms: readonly string[];
        };
        Returns: unknown;
      };
      change_user: { Args: { p_user: string; p_change: object }; Returns: unknown };
      change_patient: { Args: { p_patient: string; p_change: object }; Returns: unknown };
      remove_patient: { Args: { p_patient: string }; Returns: unknown };
      add_device: {
        Args: { p_device: string; p_patient: string; p_name: string; p_token_hash: string };
        Returns: unknown;
      };
      list_users: { Args: ListArguments; Returns: unknown };
      list_rooms: { Args: ListArguments; Returns: unknown };
      list_patients: { Args: ListArguments; Returns: unknown };
      list_devices: { Args: ListArguments; Returns: unknown };
      list_cv_keys: { Args: ListArguments; Returns: unknown };
      keep_alerts: { Args: { p_alerts: AlertRow[] }; Returns: number };
      newest_alert_limits: { Args: never; Returns: AlertLimitsRow[] };
      change_alert_limits: {
        Args: { p_change: Omit<AlertLimitsRow, 'version'>; p_expected: number };
        Returns: number | null;
      };
      last_alert_episodes: {
        Args: never;
        Returns: { patient_id: string; rule: Alert['rule']; episode: number }[];
      };
    };
  };
};
