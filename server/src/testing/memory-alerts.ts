import { randomUUID } from 'node:crypto';
import { HavenError, type Alert, type Observation } from '@haven/protocol';
import type { AlertListener, AlertService, ConditionReport, Signatory } from '../alerts/alert-service.ts';

/** An alert service without rules: it keeps what it is told, and a test raises alerts. */
export class MemoryAlerts implements AlertService {
  readonly observed: Observation[] = [];
  readonly reports: ConditionReport[] = [];
  readonly #alerts = new Map<string, Alert>();
  readonly #listeners = new Set<AlertListener>();

  raise(alert: Pick<Alert, 'patientId' | 'roomId'>): Alert {
    return this.#announce({
      ...alert,
      id: randomUUID(),
      rule: 'pulse-high',
      priority: 'high',
      episode: 1,
      source: 'synthetic',
      condition: 'present',
      startedAt: Date.now(),
      clearedAt: null,
      acknowledgement: null,
      silence: null,
      value: 140,
      limit: 130,
      active: true,
      version: 1,
      change: { kind: 'raised', at: Date.now() },
    });
  }

  observe(observations: readonly Observation[]): Promise<void> {
    this.observed.push(...observations);
    return Promise.resolve();
  }

  report(report: ConditionReport): Promise<void> {
    this.reports.push(report);
    return Promise.resolve();
  }

  acknowledge(alertId: string, by: Signatory, reason: string | null): Promise<Alert> {
    const alert = this.#get(alertId);
    if (alert.acknowledgement !== null) return Promise.resolve(alert);
    const acknowledgement = signature(by, reason);
    const change = { kind: 'acknowledged', at: acknowledgement.at } as const;
    return Promise.resolve(this.#announce({ ...alert, acknowledgement, change, version: alert.version + 1 }));
  }

  silence(alertId: string, by: Signatory, seconds: number, reason: string | null): Promise<Alert> {
    const alert = this.#get(alertId);
    const signed = signature(by, reason);
    const silence = { ...signed, until: signed.at + seconds * 1000 };
    const change = { kind: 'silenced', at: signed.at } as const;
    return Promise.resolve(this.#announce({ ...alert, silence, change, version: alert.version + 1 }));
  }

  roomOf(alertId: string): string {
    return this.#get(alertId).roomId;
  }

  active(roomId: string): Alert[] {
    return [...this.#alerts.values()].filter((alert) => alert.roomId === roomId);
  }

  allActive(): Alert[] {
    return [...this.#alerts.values()].filter(({ active }) => active);
  }

  ofPatient(patientId: string): Alert[] {
    return [...this.#alerts.values()].filter((alert) => alert.patientId === patientId);
  }

  adopt(alert: Alert): Promise<boolean> {
    const known = this.#alerts.get(alert.id)?.version ?? 0;
    const isNews = (alert.active || known > 0) && alert.version > known;
    if (isNews) this.#alerts.set(alert.id, alert);
    return Promise.resolve(isNews);
  }

  letGo(patientId: string): Promise<Alert[]> {
    const gone = this.allActive().filter((alert) => alert.patientId === patientId);
    for (const { id } of gone) this.#alerts.delete(id);
    return Promise.resolve(gone);
  }

  onAlert(listener: AlertListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #get(alertId: string): Alert {
    const alert = this.#alerts.get(alertId);
    if (alert === undefined) throw new HavenError('ALERT_UNKNOWN');
    return alert;
  }

  #announce(alert: Alert): Alert {
    this.#alerts.set(alert.id, alert);
    for (const listener of this.#listeners) listener(alert);
    return alert;
  }
}

function signature({ userId, displayName }: Signatory, reason: string | null) {
  return { userId, userName: displayName, at: Date.now(), reason };
}
