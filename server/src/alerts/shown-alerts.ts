import { randomUUID } from 'node:crypto';
import { alertPrioritySchema, type Alert } from '@haven/protocol';
import { SYSTEM } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Records } from '../records/records.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { AlertKeeper } from './alert-keeper.ts';
import type { AlertListener } from './alert-service.ts';
import { end, initialState, move, type EpisodeState } from './episode.ts';
import { KnownAlerts } from './known-alerts.ts';
import type { Watched } from './patient-watch.ts';
import { RULES } from './rules.ts';

type Options = {
  records: Pick<Records, 'keepAlert'>;
  audit: Pick<AuditTrail, 'done'>;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
};

/**
 * Turns what the rules and people decide into versions of alerts: each on disk before anybody sees it, and what the
 * rules did in the audit trail. Callers see to it that one change is made at a time for a patient.
 */
export class ShownAlerts {
  readonly #options: Options;
  readonly #keeper: AlertKeeper;
  readonly #known = new KnownAlerts();
  readonly #listeners = new Set<AlertListener>();
  readonly #versions: Counter;
  readonly #critical: Counter;

  constructor(options: Options) {
    this.#options = options;
    this.#keeper = new AlertKeeper(options);
    const { telemetry } = options;
    this.#versions = telemetry.counter(
      'haven_alert_versions_total',
      'Versions of alerts, by rule and change',
    );
    this.#critical = telemetry.counter('haven_critical_alerts_fired_total', 'High alerts that began');
    telemetry.gauge('haven_alerts_active', 'Alerts on screen, by priority', () =>
      alertPrioritySchema.options.map((priority) => {
        const active = [...this.#known.active()].filter((alert) => alert.priority === priority);
        return { value: active.length, attributes: { priority } };
      }),
    );
    telemetry.gauge(
      'haven_alerts_unwritten',
      'Versions of alerts that are shown and not on disk',
      () => this.#keeper.unwritten,
    );
  }

  /** How many versions could not be written yet. */
  get unwritten(): number {
    return this.#keeper.unwritten;
  }

  /** @throws HavenError ALERT_UNKNOWN */
  get(alertId: string): Alert {
    return this.#known.get(alertId);
  }

  active(roomId: string): Alert[] {
    return [...this.#known.active()].filter((alert) => alert.roomId === roomId);
  }

  onAlert(listener: AlertListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of all rooms. */
  allActive(): Alert[] {
    return [...this.#known.active()];
  }

  /** Of one patient, also those that ended lately; the active ones last. */
  ofPatient(patientId: string): Alert[] {
    return this.#known.ofPatient(patientId);
  }

  /** Lets go of what another node watches over from now on, without a word to anybody. @returns an active alert */
  letGo(watched: Watched): Alert | undefined {
    const { alert } = watched;
    if (alert !== null) this.#known.forget(alert.id);
    watched.state = initialState(watched.state.lastEpisode);
    watched.alert = null;
    return alert?.active === true ? alert : undefined;
  }

  /** Ends an alert of another node whose rule goes on with another one here. */
  async conclude(alert: Alert): Promise<void> {
    const { episode } = end(initialState(alert.episode, alert), this.#options.clock());
    const version: Alert = { ...alert, ...episode };
    await this.#keeper.keep(version);
    this.#auditOwn(version);
    for (const listener of this.#listeners) listener(version);
  }

  /** Takes an alert up again where an earlier run left it. */
  restore(watched: Watched, alert: Alert): void {
    watched.state = initialState(watched.state.lastEpisode, alert);
    watched.alert = alert;
    watched.source = alert.source;
    this.#known.set(alert);
  }

  /** Writes an alert of another node: what that one wrote may be on its disk alone, and the disk lost. */
  keep(alert: Alert): Promise<void> {
    return this.#keeper.keep(alert);
  }

  /**
   * Takes over a state that the rules reached. A new version is shown even when the disk refuses it.
   * @param measuredAt when the picture arrived that led to it, ms since the epoch; null when none did
   */
  async become(
    watched: Watched,
    state: EpisodeState,
    roomId: string,
    measuredAt: number | null = null,
  ): Promise<void> {
    const { episode } = state;
    if (episode === null || episode === watched.state.episode) {
      watched.state = state;
      return;
    }
    const { patientId, rule, source, alert } = watched;
    const { priority } = RULES[rule];
    const version: Alert =
      alert?.episode === episode.episode
        ? { ...alert, ...episode }
        : { id: randomUUID(), patientId, roomId, rule, priority, source, ...episode };
    await this.#traced(version, measuredAt, async () => {
      await this.#options.telemetry.trace('alert kept', () => this.#keeper.keep(version));
      this.#show(watched, state, version);
    });
    this.#auditOwn(version);
  }

  /**
   * Takes over a state that a person brought about; unlike the rules' own, one that cannot be kept is refused.
   * @throws HavenError STORAGE_FULL
   */
  async amend(watched: Watched, alert: Alert, state: EpisodeState): Promise<Alert> {
    if (state.episode === null || state === watched.state) return alert;
    const version: Alert = { ...alert, ...state.episode };
    await this.#keeper.keepOrRefuse(version);
    this.#show(watched, state, version);
    return version;
  }

  /** An active alert follows its patient to another room; without one, the patient was removed and it ends. */
  async follow(watched: Watched, roomId: string | undefined): Promise<void> {
    const { alert } = watched;
    const at = this.#options.clock();
    const state = roomId === undefined ? end(watched.state, at) : move(watched.state, at);
    if (alert?.active !== true) {
      watched.state = state;
      return;
    }
    if (alert.roomId === roomId) return;
    const version: Alert = { ...alert, ...state.episode, roomId: roomId ?? alert.roomId };
    await this.#keeper.keep(version);
    this.#show(watched, state, version, alert.roomId);
    this.#auditOwn(version);
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    this.#listeners.clear();
  }

  #show(watched: Watched, state: EpisodeState, alert: Alert, leftRoomId?: string): void {
    watched.state = state;
    watched.alert = alert;
    this.#known.set(alert);
    this.#versions.add(1, { rule: alert.rule, change: alert.change.kind });
    if (alert.priority === 'high' && alert.change.kind === 'raised') this.#critical.add();
    for (const listener of this.#listeners) listener(alert, leftRoomId);
  }

  /** The way from the picture to the screens, as one trace. */
  async #traced(
    { rule, priority, change }: Alert,
    measuredAt: number | null,
    work: () => Promise<void>,
  ): Promise<void> {
    const { clock, telemetry } = this.#options;
    const attributes = { rule, priority };
    await telemetry.trace(
      `alert ${change.kind}`,
      async () => {
        if (measuredAt !== null) {
          telemetry.past({ name: 'picture to rule', startedAt: measuredAt, endedAt: clock(), attributes });
        }
        await work();
      },
      { attributes },
    );
  }

  #auditOwn({ id, change }: Alert): void {
    this.#options.audit.done(SYSTEM, `alert:${change.kind}`, `alert:${id}`);
  }
}
