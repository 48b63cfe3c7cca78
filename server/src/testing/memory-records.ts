import {
  HavenError,
  type Alert,
  type AnalysisMode,
  type Observation,
  type Patient,
  type Room,
  type Trend,
} from '@haven/protocol';
import type { AuditEntry, Records, RecordsState } from '../records/records.ts';
import { trendsOf, type TrendSpan } from '../records/trends.ts';

/** Records in memory, with a disk that a test can fill. */
export class MemoryRecords implements Records {
  readonly observations = new Map<string, Observation>();
  readonly keptAlerts = new Map<string, Alert>();
  readonly audited: AuditEntry[] = [];
  full = false;
  /** The store behind it does not answer. */
  away = false;
  readonly #rooms: Room[];
  #patients: Patient[];

  constructor(rooms: Room[], patients: Patient[]) {
    this.#rooms = rooms;
    this.#patients = patients;
  }

  rooms(): Promise<Room[]> {
    return Promise.resolve(this.#rooms);
  }

  patient(patientId: string): Promise<Patient> {
    const patient = this.#patients.find(({ id }) => id === patientId);
    return patient === undefined
      ? Promise.reject(new HavenError('PATIENT_UNKNOWN'))
      : Promise.resolve(patient);
  }

  patientsOf(roomIds: Iterable<string>): Promise<Patient[]> {
    const wanted = new Set(roomIds);
    return Promise.resolve(this.#patients.filter(({ roomId }) => wanted.has(roomId)));
  }

  setAnalysisMode(patientId: string, analysisMode: AnalysisMode): Promise<void> {
    this.#patients = this.#patients.map((patient) =>
      patient.id === patientId ? { ...patient, analysisMode } : patient,
    );
    return Promise.resolve();
  }

  keepObservations(observations: readonly Observation[]): Promise<void> {
    return this.#write(() => {
      for (const observation of observations) this.observations.set(observation.id, observation);
    });
  }

  keepAlert(alert: Alert): Promise<void> {
    return this.#write(() => this.keptAlerts.set(alert.id, alert));
  }

  audit(entry: AuditEntry): Promise<void> {
    return this.#write(() => this.audited.push(entry));
  }

  vitals(): Promise<[]> {
    return Promise.resolve([]);
  }

  alerts(_user: unknown, { patientId, before }: Parameters<Records['alerts']>[1]): Promise<Alert[]> {
    const wanted = [...this.keptAlerts.values()].filter(
      (alert) =>
        (patientId === undefined || alert.patientId === patientId) &&
        (before === undefined || alert.startedAt < before),
    );
    return Promise.resolve(wanted);
  }

  alert(_user: unknown, alertId: string): Promise<Alert> {
    const alert = this.keptAlerts.get(alertId);
    return alert === undefined ? Promise.reject(new HavenError('ALERT_UNKNOWN')) : Promise.resolve(alert);
  }

  alertTransitions(): Promise<[]> {
    return Promise.resolve([]);
  }

  trends(_user: unknown, _patientId: string, span: TrendSpan): Promise<Trend[]> {
    if (this.away) {
      return Promise.reject(new HavenError('STORAGE_UNAVAILABLE', undefined, { retryAfterMs: 20_000 }));
    }
    return Promise.resolve(trendsOf({}, span));
  }

  events(): Promise<[]> {
    return Promise.resolve([]);
  }

  activeAlerts(): Promise<Alert[]> {
    return Promise.resolve([]);
  }

  lastEpisodes(): Promise<[]> {
    return Promise.resolve([]);
  }

  state(): RecordsState {
    return { journalEntries: 0, journalBytes: 0, journalLimitBytes: 1, oldestAgeMs: 0, storeReachable: true };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #write(change: () => unknown): Promise<void> {
    if (this.full) return Promise.reject(new HavenError('STORAGE_FULL'));
    change();
    return Promise.resolve();
  }
}
