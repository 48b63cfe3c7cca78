import type {
  Alert,
  AlertTransition,
  AnalysisMode,
  Observation,
  Patient,
  Room,
  StoredEvent,
  StoredVital,
  Trend,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import type { TrendSpan } from './trends.ts';

/** One line of the audit trail. Never holds a token, a password or a patient's name. */
export type AuditEntry = {
  /** `user:<id>`, `device:<id>`, `cv-worker:<id>`, `anonymous`, `system`. */
  actor: string;
  action: string;
  /** What it was done to, such as `room:<id>`, `patient:<id>`, `alert:<id>`. */
  subject: string;
  result: 'done' | 'refused' | 'failed';
  /** An error code for refusals. */
  code?: string;
  /** What the actor gave as the reason. */
  reason?: string;
  /** The peer's IP address. */
  address?: string;
  at: number;
  /** How often it happened; once when left out. */
  count?: number;
};

/** How much is written ahead and not stored yet; part of health and metrics. */
export type RecordsState = {
  journalEntries: number;
  journalBytes: number;
  /** The journal refuses more than this. */
  journalLimitBytes: number;
  oldestAgeMs: number;
  storeReachable: boolean;
  /** Left out where there is none. */
  redisReachable?: boolean;
};

/**
 * The records: patients and rooms, vitals, alerts, audit. What must not be lost is written to a journal on disk
 * (fsync) before the promise resolves, and to the store as soon as that answers.
 */
export interface Records {
  rooms(): Promise<Room[]>;
  /** @throws HavenError PATIENT_UNKNOWN */
  patient(patientId: string): Promise<Patient>;
  patientsOf(roomIds: Iterable<string>): Promise<Patient[]>;
  /** Changes what is measured of a patient; doing it again changes nothing. @throws HavenError PATIENT_UNKNOWN */
  setAnalysisMode(patientId: string, mode: AnalysisMode): Promise<void>;

  /** Resolves when they are on disk. Repeating an id changes nothing. @throws HavenError STORAGE_FULL */
  keepObservations(observations: readonly Observation[]): Promise<void>;
  /** Resolves when this version is on disk. @throws HavenError STORAGE_FULL */
  keepAlert(alert: Alert): Promise<void>;
  /** Resolves when it is on disk. @throws HavenError STORAGE_FULL */
  audit(entry: AuditEntry): Promise<void>;

  /** Stored vitals in order of time, those still in the journal included; read under the user's own rights. */
  vitals(user: UserPrincipal, patientId: string, since: number, until: number): Promise<StoredVital[]>;
  /** Newest first, the journal's versions included; read under the user's own rights. */
  alerts(
    user: UserPrincipal,
    query: { patientId?: string; active?: boolean; before?: number; limit: number },
  ): Promise<Alert[]>;
  /** Read under the user's own rights. @throws HavenError ALERT_UNKNOWN, also for a room that the user may not see */
  alert(user: UserPrincipal, alertId: string): Promise<Alert>;
  /** Every version of an alert, in order; read as the alert is. @throws HavenError ALERT_UNKNOWN */
  alertTransitions(user: UserPrincipal, alertId: string): Promise<AlertTransition[]>;
  /**
   * Each vital's stored minutes or hours, read under the user's own rights. What is in the journal still is not in
   * them: at most two seconds while the store answers.
   */
  trends(user: UserPrincipal, patientId: string, span: TrendSpan): Promise<Trend[]>;
  /**
   * What the analyzer saw happen, in order of time, at most {@link MAX_EVENTS_OF_ALERT}; read under the user's own
   * rights. What is in the journal still is not among them.
   */
  events(
    user: UserPrincipal,
    patientId: string,
    span: Pick<TrendSpan, 'since' | 'until'>,
  ): Promise<StoredEvent[]>;
  /** Every active alert, for taking up the work after a restart. */
  activeAlerts(): Promise<Alert[]>;
  /** The highest episode number given so far, by patient and rule. */
  lastEpisodes(): Promise<{ patientId: string; rule: Alert['rule']; episode: number }[]>;

  state(): RecordsState;
  /** Writes out what it can within the time, then closes; the rest stays in the journal. */
  close(withinMs: number): Promise<void>;
}
