import type { Alert, Observation, Source, TechnicalCondition } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';

/** A technical condition that the server itself found (the CV worker's come as observations). */
export type ConditionReport = {
  patientId: string;
  source: Source;
  condition: TechnicalCondition;
  present: boolean;
  /** Since when, ms since the epoch. */
  at: number;
};

/** Who acknowledges or silences, as the alert will name them. */
export type Signatory = Pick<UserPrincipal, 'userId' | 'displayName'>;

/** An alert as it is now; when the patient moved with this version, also the room that it was in before. */
export type AlertListener = (alert: Alert, leftRoomId?: string) => void;

/** Alerts as the rest of the server sees them. An alert is on disk before any listener hears of it. */
export interface AlertService {
  observe(observations: readonly Observation[]): Promise<void>;
  report(report: ConditionReport): Promise<void>;
  /** Acknowledging twice returns the alert unchanged. @throws HavenError ALERT_UNKNOWN, STORAGE_FULL */
  acknowledge(alertId: string, by: Signatory, reason: string | null): Promise<Alert>;
  /**
   * Turns one alert's sound off for so many seconds; an alert that makes none is returned unchanged.
   * @throws HavenError ALERT_UNKNOWN, STORAGE_FULL
   */
  silence(alertId: string, by: Signatory, seconds: number, reason: string | null): Promise<Alert>;
  /** The room that an alert belongs to. @throws HavenError ALERT_UNKNOWN */
  roomOf(alertId: string): string;
  active(roomId: string): Alert[];
  /** Of all rooms. */
  allActive(): Alert[];
  /** Of one patient, also those that ended lately; the active ones last. */
  ofPatient(patientId: string): Alert[];
  /**
   * Watches over an alert that another node watched over until now; of one that has ended it keeps the episode's number.
   * Nobody is told: it is the same alert. It is stored from here as well, since the other node may never return with
   * what it wrote. One whose rule goes on with another alert here ends instead, and that is told.
   * @returns whether it was news
   */
  adopt(alert: Alert): Promise<boolean>;
  /**
   * Lets go of all alerts of a patient, whom another node watches over from now on. Nobody is told.
   * @returns those that were active
   */
  letGo(patientId: string): Promise<Alert[]>;
  onAlert(listener: AlertListener): () => void;
}
