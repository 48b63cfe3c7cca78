import { HavenError, type Alert } from '@haven/protocol';

/** How many ended episodes can still be asked for (a viewer's click may come late). */
const REMEMBERED_ENDED = 10_000;

/** The newest version of each alert by id: every active one, and those that ended lately. */
export class KnownAlerts {
  readonly #active = new Map<string, Alert>();
  readonly #ended = new Map<string, Alert>();

  set(alert: Alert): void {
    this.#active.delete(alert.id);
    this.#ended.delete(alert.id);
    (alert.active ? this.#active : this.#ended).set(alert.id, alert);
    if (this.#ended.size <= REMEMBERED_ENDED) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      return;
    }
  }

  forget(id: string): void {
    this.#active.delete(id);
    this.#ended.delete(id);
  }

  find(id: string): Alert | undefined {
    return this.#active.get(id) ?? this.#ended.get(id);
  }

  /** @throws HavenError ALERT_UNKNOWN */
  get(id: string): Alert {
    const alert = this.find(id);
    if (alert === undefined) throw new HavenError('ALERT_UNKNOWN');
    return alert;
  }

  ofPatient(patientId: string): Alert[] {
    return [...this.#ended.values(), ...this.#active.values()].filter(
      (alert) => alert.patientId === patientId,
    );
  }

  active(): Iterable<Alert> {
    return this.#active.values();
  }
}
