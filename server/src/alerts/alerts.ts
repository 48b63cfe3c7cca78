import { randomUUID } from 'node:crypto';
import { HavenError, type Alert, type AlertRule, type Observation, type Source } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import type { Records } from '../records/records.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AlertService, ConditionReport } from './alert-service.ts';
import { acknowledge, advance, initialState, observe, type EpisodeState } from './episode.ts';
import { DEFAULT_LIMITS, evidenceOf, ruleOfCondition, RULES, type Evidence, type Limits } from './rules.ts';

/** How often running delays are looked at, ms: the coarseness of a delay. */
const TICK_MS = 250;
/** How often an alert that could not be written is tried again, ms. */
const RETRY_MS = 2_000;
/** How many ended episodes can still be acknowledged (a viewer's click may come late). */
const REMEMBERED_ALERTS = 10_000;

type Watched = {
  patientId: string;
  rule: AlertRule;
  state: EpisodeState;
  alert: Alert | null;
  /** Of the stream that gave the last evidence. */
  source: Source;
};

type Options = {
  records: Pick<Records, 'activeAlerts' | 'lastEpisodes' | 'keepAlert' | 'patient'>;
  telemetry: Telemetry;
  clock: () => number;
  limits?: Limits;
};

/**
 * Runs the rules of all patients. Every change is on disk before a listener hears of it; only when the disk refuses
 * is a change shown all the same (an alert that nobody sees is worse than one that a restart forgets) and written as
 * soon as the disk allows.
 */
export class Alerts implements AlertService {
  readonly #records: Options['records'];
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #limits: Limits;
  readonly #watched = new Map<string, Watched>();
  readonly #byAlertId = new Map<string, Watched | Alert>();
  readonly #roomOfPatient = new Map<string, string>();
  readonly #listeners = new Set<(alert: Alert) => void>();
  /** One change at a time a patient; keyed by patient id. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #unwritten = new Map<string, Alert>();
  readonly #timers: NodeJS.Timeout[] = [];
  #closed = false;

  private constructor(options: Options) {
    this.#records = options.records;
    this.#telemetry = options.telemetry;
    this.#clock = options.clock;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
  }

  /** Takes up the active alerts where the last run left them. */
  static async start(options: Options): Promise<Alerts> {
    const alerts = new Alerts(options);
    for (const { patientId, rule, episode } of await options.records.lastEpisodes()) {
      alerts.#watch(patientId, rule, 'camera').state = initialState(episode);
    }
    for (const alert of await options.records.activeAlerts()) {
      const watched = alerts.#watch(alert.patientId, alert.rule, alert.source);
      watched.state = initialState(watched.state.lastEpisode, alert);
      watched.alert = alert;
      alerts.#byAlertId.set(alert.id, watched);
      alerts.#roomOfPatient.set(alert.patientId, alert.roomId);
    }
    alerts.#timers.push(
      setInterval(
        () => void alerts.#tick().catch((error: unknown) => alerts.#report(error)),
        TICK_MS,
      ).unref(),
      setInterval(() => void alerts.#writeAgain(), RETRY_MS).unref(),
    );
    return alerts;
  }

  async observe(observations: readonly Observation[]): Promise<void> {
    for (const observation of observations) {
      const { patientId, source } = observation;
      const at = Math.min(observation.at, this.#clock());
      if (observation.kind === 'vital') {
        for (const [rule, evidence] of evidenceOf(observation.vital, this.#limits)) {
          await this.#take(patientId, rule, source, evidence, at);
        }
      } else if (observation.kind === 'condition') {
        await this.report({ ...observation, at });
      }
    }
  }

  async report({ patientId, source, condition, present, at }: ConditionReport): Promise<void> {
    const rule = ruleOfCondition(condition);
    if (rule === undefined) return;
    await this.#take(
      patientId,
      rule,
      source,
      { kind: present ? 'breach' : 'normal', value: null, limit: null },
      at,
    );
  }

  async acknowledge(alertId: string, by: UserPrincipal): Promise<Alert> {
    const found = this.#byAlertId.get(alertId);
    if (found === undefined) throw new HavenError('ALERT_UNKNOWN');
    if (!('state' in found)) return found;
    return this.#inTurn(found.patientId, async () => {
      const { alert } = found;
      if (alert?.id !== alertId) throw new HavenError('ALERT_UNKNOWN');
      const state = acknowledge(found.state, {
        userId: by.userId,
        userName: by.displayName,
        at: this.#clock(),
      });
      if (state === found.state) return alert;
      const acknowledged: Alert = { ...alert, ...state.episode };
      // Unlike a new alert, an acknowledgement that cannot be kept is refused: the person can be told.
      await this.#records.keepAlert(acknowledged);
      found.state = { ...found.state, episode: state.episode };
      found.alert = acknowledged;
      this.#announce(found, acknowledged);
      return acknowledged;
    });
  }

  roomOf(alertId: string): string {
    const found = this.#byAlertId.get(alertId);
    const alert = found !== undefined && 'state' in found ? found.alert : found;
    if (alert?.id !== alertId) throw new HavenError('ALERT_UNKNOWN');
    return alert.roomId;
  }

  active(roomId: string): Alert[] {
    const active: Alert[] = [];
    for (const { alert } of this.#watched.values()) {
      if (alert?.active === true && alert.roomId === roomId) active.push(alert);
    }
    return active;
  }

  onAlert(listener: (alert: Alert) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many alerts could not be written yet, for health. */
  get unwritten(): number {
    return this.#unwritten.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.allSettled(this.#queues.values());
    await this.#writeAgain();
    this.#listeners.clear();
  }

  #watch(patientId: string, rule: AlertRule, source: Source): Watched {
    const key = `${patientId} ${rule}`;
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      watched = { patientId, rule, state: initialState(), alert: null, source };
      this.#watched.set(key, watched);
    }
    return watched;
  }

  async #take(
    patientId: string,
    rule: AlertRule,
    source: Source,
    evidence: Evidence,
    at: number,
  ): Promise<void> {
    const watched = this.#watch(patientId, rule, source);
    watched.source = source;
    await this.#change(watched, (state) => observe(state, RULES[rule], evidence, at));
  }

  async #tick(): Promise<void> {
    const now = this.#clock();
    for (const watched of this.#watched.values()) {
      const { state, rule } = watched;
      if (state.breachSince === null || advance(state, RULES[rule], now) === state) continue;
      await this.#change(watched, (current) => advance(current, RULES[rule], now));
    }
  }

  async #change(watched: Watched, change: (state: EpisodeState) => EpisodeState): Promise<void> {
    await this.#inTurn(watched.patientId, async () => {
      const before = watched.state.episode;
      const state = change(watched.state);
      const { episode } = state;
      if (episode === null || episode === before) {
        watched.state = state;
        return;
      }
      const alert = await this.#alertOf(watched, episode);
      if (alert === undefined) {
        watched.state = initialState(state.lastEpisode);
        return;
      }
      await this.#keep(alert);
      watched.state = state;
      watched.alert = alert;
      this.#announce(watched, alert);
    });
  }

  /** The whole alert of an episode; undefined when the patient has been removed. */
  async #alertOf(
    watched: Watched,
    episode: NonNullable<EpisodeState['episode']>,
  ): Promise<Alert | undefined> {
    const { patientId, rule, source, alert } = watched;
    if (alert?.episode === episode.episode) return { ...alert, ...episode };
    const roomId = await this.#room(patientId);
    if (roomId === undefined) return undefined;
    return { id: randomUUID(), patientId, roomId, rule, priority: RULES[rule].priority, source, ...episode };
  }

  async #room(patientId: string): Promise<string | undefined> {
    try {
      const { roomId } = await this.#records.patient(patientId);
      this.#roomOfPatient.set(patientId, roomId);
      return roomId;
    } catch (error) {
      if (error instanceof HavenError && error.code === 'PATIENT_UNKNOWN') return undefined;
      const known = this.#roomOfPatient.get(patientId);
      if (known === undefined) throw error;
      return known;
    }
  }

  async #keep(alert: Alert): Promise<void> {
    try {
      await this.#records.keepAlert(alert);
      this.#unwritten.delete(alert.id);
    } catch (error) {
      this.#unwritten.set(alert.id, alert);
      this.#telemetry.logger.error(
        { err: error, rule: alert.rule },
        'an alert could not be written; it is shown all the same',
      );
    }
  }

  #report(error: unknown): void {
    this.#telemetry.logger.error({ err: error }, 'an alert rule could not be evaluated; it is tried again');
  }

  async #writeAgain(): Promise<void> {
    for (const alert of [...this.#unwritten.values()]) {
      await this.#inTurn(alert.patientId, () => this.#keep(this.#unwritten.get(alert.id) ?? alert));
    }
  }

  #announce(watched: Watched, alert: Alert): void {
    this.#byAlertId.delete(alert.id);
    this.#byAlertId.set(alert.id, alert.active ? watched : alert);
    if (this.#byAlertId.size > REMEMBERED_ALERTS) this.#forgetOldest();
    for (const listener of this.#listeners) listener(alert);
  }

  #forgetOldest(): void {
    for (const [id, known] of this.#byAlertId) {
      if ('state' in known) continue;
      this.#byAlertId.delete(id);
      return;
    }
  }

  async #inTurn<T>(patientId: string, run: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(patientId) ?? Promise.resolve();
    const turn = before.then(run, run);
    this.#queues.set(patientId, turn);
    try {
      return await turn;
    } finally {
      if (this.#queues.get(patientId) === turn) this.#queues.delete(patientId);
    }
  }
}
