import type { Alert, Observation, Source, TechnicalCondition } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';

/** A technical condition that the server itself found (the CV worker's come as observations). */
export type ConditionReport = {
  patientId: string;
  source: Source;
  condition: TechnicalCondition;
  present: boolean;
  at: number;
};

/** Alerts as the rest of the server sees them. An alert is on disk before any listener hears of it. */
export interface AlertService {
  observe(observations: readonly Observation[]): Promise<void>;
  report(report: ConditionReport): Promise<void>;
  /** Acknowledging twice returns the alert unchanged. @throws HavenError ALERT_UNKNOWN, STORAGE_FULL */
  acknowledge(alertId: string, by: UserPrincipal): Promise<Alert>;
  /** The room that an active alert belongs to. @throws HavenError ALERT_UNKNOWN */
  roomOf(alertId: string): string;
  active(roomId: string): Alert[];
  onAlert(listener: (alert: Alert) => void): () => void;
}
