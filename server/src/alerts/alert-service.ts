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

/** An alert as it is now; when the patient moved with this version, also the room that it was in before. */
export type AlertListener = (alert: Alert, leftRoomId?: string) => void;

/** Alerts as the rest of the server sees them. An alert is on disk before any listener hears of it. */
export interface AlertService {
  observe(observations: readonly Observation[]): Promise<void>;
  report(report: ConditionReport): Promise<void>;
  /** Acknowledging twice returns the alert unchanged. @throws HavenError ALERT_UNKNOWN, STORAGE_FULL */
  acknowledge(alertId: string, by: UserPrincipal, reason: string | null): Promise<Alert>;
  /**
   * Turns one alert's sound off for so many seconds; an alert that makes none is returned unchanged.
   * @throws HavenError ALERT_UNKNOWN, STORAGE_FULL
   */
  silence(alertId: string, by: UserPrincipal, seconds: number, reason: string | null): Promise<Alert>;
  /** The room that an alert belongs to. @throws HavenError ALERT_UNKNOWN */
  roomOf(alertId: string): string;
  active(roomId: string): Alert[];
  onAlert(listener: AlertListener): () => void;
}
