/** The tables and functions of `infra/supabase/migrations`, in the form that supabase-js takes its types from. */
import type { Alert, Role, Source, StoredVital } from '@haven/protocol';

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
  value: number | null;
  limit: number | null;
  active: boolean;
  version: number;
};

export type AuditRow = {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  result: 'done' | 'refused' | 'failed';
  code: string | null;
  address: string | null;
};

type RoomRow = { id: string; name: string; created_at: string };
type PatientRow = {
  id: string;
  room_id: string;
  name: string;
  bed: string;
  created_at: string;
  removed_at: string | null;
};
type ProfileRow = {
  user_id: string;
  email: string;
  display_name: string;
  created_at: string;
  disabled_at: string | null;
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

export type Database = {
  public: {
    Tables: {
      rooms: Table<RoomRow, 'created_at'>;
      patients: Table<PatientRow, 'created_at' | 'removed_at'>;
      profiles: Table<ProfileRow, 'created_at' | 'disabled_at'>;
      user_roles: Table<{ user_id: string; role: Role }>;
      room_assignments: Table<{ user_id: string; room_id: string }>;
      devices: Table<DeviceRow, 'id' | 'created_at' | 'revoked_at'>;
      cv_keys: Table<CvKeyRow, 'id' | 'created_at' | 'revoked_at'>;
      revoked_sessions: Table<{ session_id: string; expires_at: string }>;
      vitals: Table<VitalRow>;
      events: Table<EventRow>;
      alerts: Table<AlertRow>;
      audit: Table<AuditRow>;
    };
    Views: Record<string, never>;
    Functions: {
      access_snapshot: { Args: never; Returns: unknown };
      ensure_vitals_partitions: { Args: { p_first: string; p_days: number }; Returns: number };
      remove_account_without_profile: { Args: { p_email: string }; Returns: number };
      keep_alerts: { Args: { p_alerts: AlertRow[] }; Returns: number };
      last_alert_episodes: {
        Args: never;
        Returns: { patient_id: string; rule: Alert['rule']; episode: number }[];
      };
    };
  };
};
