import { HavenError, type Alert, type Observation } from '@haven/protocol';
import type { AlertListener, AlertService, ConditionReport, Signatory } from '../../alerts/alert-service.ts';
import { KnownAlerts } from '../../alerts/known-alerts.ts';

type Told = {
  node: string;
  alert: Alert;
  /** This node let go of it, and the other has not said yet that it watches over it. */
  owed?: true;
};

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
  readonly #told = new Map<string, Told>();
  /** The last versions of alerts that have ended at any node: what is told late brings none of them back. */
  readonly #ended = new KnownAlerts();
  readonly #listeners = new Set<AlertListener>();

  constructor(own: AlertService, amend: Amend) {
    this.#own = own;
    this.#amend = amend;
    own.onAlert((alert) => {
      if (!alert.active) this.#end(alert);
    });
  }

  observe(observations: readonly Observation[]): Promise<void> {
    return this.#own.observe(observations);
  }

  report(report: ConditionReport): Promise<void> {
    return this.#own.report(report);
  }

  async acknowledge(alertId: string, by: Signatory, reason: string | null): Promise<Alert> {
    const node = this.nodeOf(alertId);
    if (node === undefined) return this.#own.acknowledge(alertId, by, reason);
    return this.#amendAt(node, { alertId, by, reason, seconds: null });
  }

  async silence(alertId: string, by: Signatory, seconds: number, reason: string | null): Promise<Alert> {
    const node = this.nodeOf(alertId);
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

  /**
   * Another node tells of one of its alerts.
   * @param moved whether it is that node's now where another one has told of the same version
   * @returns whether it was news
   */
  learn(node: string, alert: Alert, { leftRoomId, moved }: { leftRoomId?: string; moved: boolean }): boolean {
    if (alert.active && this.hasEnded(alert)) return false;
    const known = this.#told.get(alert.id);
    if (known !== undefined && known.alert.version >= alert.version && alert.active) {
      const isSame = known.alert.version === alert.version && (moved || (known.node === node && !known.owed));
      if (isSame) this.#told.set(alert.id, { node, alert });
      return false;
    }
    if (known !== undefined && known.alert.version > alert.version) return false;
    if (alert.active) this.#told.set(alert.id, { node, alert });
    else this.#end(alert);
    // The next episode of the patient, wherever it begins, has the next number.
    if (!alert.active) void this.#own.adopt(alert);
    for (const listener of this.#listeners) listener(alert, leftRoomId);
    return true;
  }

  /** Whether this version of it, or a later one, is known to have ended. */
  hasEnded({ id, version }: Alert): boolean {
    return (this.#ended.find(id)?.version ?? 0) >= version;
  }

  /** How an alert ended, if that is known. */
  endOf(alertId: string): Alert | undefined {
    return this.#ended.find(alertId);
  }

  allActive(): Alert[] {
    return this.#own.allActive();
  }

  ofPatient(patientId: string): Alert[] {
    return this.#own.ofPatient(patientId);
  }

  /** Also shows it. */
  async adopt(alert: Alert): Promise<boolean> {
    const isNews = !(alert.active && this.hasEnded(alert)) && (await this.#own.adopt(alert));
    this.#told.delete(alert.id);
    if (isNews) for (const listener of this.#listeners) listener(alert);
    return isNews;
  }

  letGo(patientId: string): Promise<Alert[]> {
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

  /** Alerts of a patient that this node let go of stay on screen as those of another one, which is to be handed them. */
  entrust(node: string, patientId: string, alerts: readonly Alert[]): void {
    const owed = this.owed().map(({ alert }) => alert);
    for (const alert of [...owed.filter((one) => one.patientId === patientId), ...alerts]) {
      const known = this.#told.get(alert.id);
      // The other one may have told of it already.
      if (known === undefined || known.owed || known.alert.version < alert.version)
        this.#told.set(alert.id, { node, alert, owed: true });
    }
  }

  /** A node is gone, and another one has its patient, who may not have heard of each of their alerts. */
  reassign(from: string, to: string, patientId: string): void {
    for (const { node, alert } of this.told) {
      if (node === from && alert.patientId === patientId)
        this.#told.set(alert.id, { node: to, alert, owed: true });
    }
  }

  /** Alerts that are to be handed to other nodes. */
  owed(): { node: string; alert: Alert }[] {
    return [...this.#told.values()].filter(({ owed }) => owed).map(({ node, alert }) => ({ node, alert }));
  }

  /** The node that was to have these says that it has what it takes of them. */
  handedOver(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const known = this.#told.get(alert.id);
      if (known?.alert === alert) this.#told.set(alert.id, { node: known.node, alert });
    }
  }

  /** All that other nodes watch over. */
  get told(): { node: string; alert: Alert }[] {
    return [...this.#told.values()];
  }

  /** What a node told of, or is to be handed. */
  toldBy(node: string): Alert[] {
    return [...this.#told.values()].filter((told) => told.node === node).map(({ alert }) => alert);
  }

  /** Whether it is still to be handed to the node that is to watch over it. */
  isOwed(alertId: string): boolean {
    return this.#told.get(alertId)?.owed === true;
  }

  /** Whether nobody has told anything of it since it was read here. */
  isUnchanged(alert: Alert): boolean {
    return this.#told.get(alert.id)?.alert === alert;
  }

  /** A node let go of an alert without a word that it ended. */
  forget(alert: Alert): void {
    this.#told.delete(alert.id);
    for (const listener of this.#listeners) listener({ ...alert, active: false });
  }

  #end(alert: Alert): void {
    this.#told.delete(alert.id);
    this.#ended.set(alert);
  }

  /** The other node that watches over it, if one does. */
  nodeOf(alertId: string): string | undefined {
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
