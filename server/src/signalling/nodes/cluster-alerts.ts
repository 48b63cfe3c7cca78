import { HavenError, type Alert, type Observation } from '@haven/protocol';
import type { AlertListener, AlertService, ConditionReport, Signatory } from '../../alerts/alert-service.ts';

/** Does to an alert what was asked at this node, where it is watched over. */
type Amend = (
  node: string,
  amendment: { alertId: string; by: Signatory; reason: string | null; seconds: number | null },
) => Promise<Alert>;

/**
 * The alerts of all nodes: those of this one, whose rules run here, and what the others told of theirs. What somebody
 * does to one is done at the node that watches over it.
 */
export class ClusterAlerts implements AlertService {
  readonly #own: AlertService;
  readonly #amend: Amend;
  readonly #told = new Map<string, { node: string; alert: Alert }>();
  readonly #listeners = new Set<AlertListener>();

  constructor(own: AlertService, amend: Amend) {
    this.#own = own;
    this.#amend = amend;
  }

  observe(observations: readonly Observation[]): Promise<void> {
    return this.#own.observe(observations);
  }

  report(report: ConditionReport): Promise<void> {
    return this.#own.report(report);
  }

  async acknowledge(alertId: string, by: Signatory, reason: string | null): Promise<Alert> {
    const node = this.#watchedBy(alertId);
    if (node === undefined) return this.#own.acknowledge(alertId, by, reason);
    return this.#amendAt(node, { alertId, by, reason, seconds: null });
  }

  async silence(alertId: string, by: Signatory, seconds: number, reason: string | null): Promise<Alert> {
    const node = this.#watchedBy(alertId);
    if (node === undefined) return this.#own.silence(alertId, by, seconds, reason);
    return this.#amendAt(node, { alertId, by, reason, seconds });
  }

  roomOf(alertId: string): string {
    return this.#told.get(alertId)?.alert.roomId ?? this.#own.roomOf(alertId);
  }

  active(roomId: string): Alert[] {
    const own = this.#own.active(roomId);
    const ids = new Set(own.map(({ id }) => id));
    const told = [...this.#told.values()]
      .map(({ alert }) => alert)
      .filter((alert) => alert.roomId === roomId && alert.active && !ids.has(alert.id));
    return [...own, ...told];
  }

  /** Also of those that other nodes tell. */
  onAlert(listener: AlertListener): () => void {
    this.#listeners.add(listener);
    const stop = this.#own.onAlert(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  }

  /** Of this node alone: what others are to be told. */
  onOwnAlert(listener: AlertListener): () => void {
    return this.#own.onAlert(listener);
  }

  /** Another node tells of one of its alerts. @returns whether it was news */
  learn(node: string, alert: Alert, leftRoomId?: string): boolean {
    const known = this.#told.get(alert.id)?.alert;
    if (known !== undefined && known.version >= alert.version) return false;
    if (alert.active) this.#told.set(alert.id, { node, alert });
    else this.#told.delete(alert.id);
    // The next episode of the patient, wherever it begins, has the next number.
    if (!alert.active) void this.#own.adopt(alert);
    for (const listener of this.#listeners) listener(alert, leftRoomId);
    return true;
  }

  allActive(): Alert[] {
    return this.#own.allActive();
  }

  ofPatient(patientId: string): Alert[] {
    return this.#own.ofPatient(patientId);
  }

  adopt(alert: Alert): Promise<void> {
    return this.#own.adopt(alert);
  }

  letGo(patientId: string): Promise<void> {
    return this.#own.letGo(patientId);
  }

  /** This node watches over a patient from now on: what others told of theirs is its own. */
  async takeOver(patientId: string): Promise<void> {
    for (const { alert } of [...this.#told.values()]) {
      if (alert.patientId !== patientId) continue;
      await this.#own.adopt(alert);
      this.#told.delete(alert.id);
    }
  }

  /** Whether another node watches over it. */
  isTold(alertId: string): boolean {
    return this.#told.has(alertId);
  }

  /** What a node told of. */
  toldBy(node: string): Alert[] {
    return [...this.#told.values()].filter((told) => told.node === node).map(({ alert }) => alert);
  }

  /** A node let go of an alert without a word that it ended, such as one that was folded into another. */
  forget(alert: Alert): void {
    this.#told.delete(alert.id);
    for (const listener of this.#listeners) listener({ ...alert, active: false });
  }

  #watchedBy(alertId: string): string | undefined {
    return this.#told.get(alertId)?.node;
  }

  async #amendAt(node: string, amendment: Parameters<Amend>[1]): Promise<Alert> {
    try {
      return await this.#amend(node, amendment);
    } catch (error) {
      if (!(error instanceof HavenError) || error.code !== 'TIMEOUT') throw error;
      throw new HavenError(
        'TIMEOUT',
        'The server that watches over this patient does not answer. Go to the patient.',
        { cause: error },
      );
    }
  }
}
