import { randomUUID } from 'node:crypto';
import { type Alert, type AlertLimits, type AlertRule, type Observation, type Source } from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { SYSTEM } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Records } from '../records/records.ts';
import { KeyedQueue } from '../sfu/keyed-queue.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { AlertKeeper } from './alert-keeper.ts';
import type { AlertListener, AlertService, ConditionReport } from './alert-service.ts';
import * as machine from './episode.ts';
import type { Episode, EpisodeState, Moment } from './episode.ts';
import { evidenceOf, ofCondition } from './evidence.ts';
import { KnownAlerts } from './known-alerts.ts';
import type { Limits } from './limits-book.ts';
import { PatientRooms } from './patient-rooms.ts';
import { PatientWatch, type Watched } from './patient-watch.ts';
import { isOn, judgementOf, RULES } from './rules.ts';

/** How often running delays are looked at, ms: the coarseness of a delay. */
const TICK_MS = 250;
/** A report of the server's own tells since when; the system clock is believed this far, ms. */
const OLDEST_REPORT_MS = 60_000;

export type AlertsOptions = {
  records: Pick<Records, 'activeAlerts' | 'lastEpisodes' | 'keepAlert' | 'patient'>;
  audit: Pick<AuditTrail, 'done'>;
  telemetry: Telemetry;
  /** ms since the epoch, for people */
  clock: () => number;
  /** ms, of a clock that only ever runs forwards, for durations */
  steady: () => number;
  limits: Pick<Limits, 'of'>;
};

/** Runs the rules of all patients. */
export class Alerts implements AlertService {
  readonly #options: AlertsOptions;
  readonly #keeper: AlertKeeper;
  readonly #rooms: PatientRooms;
  readonly #patients = new Map<string, PatientWatch>();
  readonly #known = new KnownAlerts();
  readonly #listeners = new Set<AlertListener>();
  /** One change at a time a patient. */
  readonly #queue = new KeyedQueue();
  readonly #timer: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(options: AlertsOptions) {
    this.#options = options;
    this.#keeper = new AlertKeeper(options);
    this.#rooms = new PatientRooms({
      records: options.records,
      onMove: (patientId, roomId) => this.#moved(patientId, roomId),
      onFailure: (error) =>
        options.telemetry.logger.warn({ err: error }, 'where patients lie could not be read'),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Takes up the active alerts where the last run left them. */
  static async start(options: AlertsOptions): Promise<Alerts> {
    const { records } = options;
    const [episodes, active] = [await records.lastEpisodes(), await records.activeAlerts()];
    const alerts = new Alerts(options);
    for (const { patientId, rule, episode } of episodes) {
      alerts.#patient(patientId).rule(rule).state = machine.initialState(episode);
    }
    for (const alert of active) {
      const watched = alerts.#patient(alert.patientId).rule(alert.rule);
      watched.state = machine.initialState(watched.state.lastEpisode, alert);
      watched.alert = alert;
      alerts.#known.set(alert);
      alerts.#rooms.know(alert.patientId, alert.roomId);
    }
    return alerts;
  }

  async observe(observations: readonly Observation[]): Promise<void> {
    for (const observation of observations) {
      await this.#queue.run(observation.patientId, () => this.#take(observation));
    }
  }

  async report({ patientId, source, at, ...condition }: ConditionReport): Promise<void> {
    const ageMs = Math.min(Math.max(this.#options.clock() - at, 0), OLDEST_REPORT_MS);
    await this.#queue.run(patientId, async () => {
      const limits = await this.#limitsOf(patientId);
      if (limits === undefined) return;
      for (const [rule, evidence] of ofCondition(condition)) {
        await this.#judge(patientId, rule, source, limits, { evidence, measuredAt: null, ageMs });
      }
    });
  }

  acknowledge(alertId: string, by: UserPrincipal, reason: string | null): Promise<Alert> {
    return this.#act(alertId, (state, rule) =>
      machine.acknowledge(state, RULES[rule], this.#signature(by, reason)),
    );
  }

  silence(alertId: string, by: UserPrincipal, seconds: number, reason: string | null): Promise<Alert> {
    return this.#act(alertId, (state) => {
      const signature = this.#signature(by, reason);
      return machine.silence(state, { ...signature, until: signature.at + seconds * 1000 });
    });
  }

  roomOf(alertId: string): string {
    return this.#known.get(alertId).roomId;
  }

  active(roomId: string): Alert[] {
    return [...this.#known.active()].filter((alert) => alert.roomId === roomId);
  }

  onAlert(listener: AlertListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many versions could not be written yet, for health. */
  get unwritten(): number {
    return this.#keeper.unwritten;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#rooms.close();
    await this.#queue.idle();
    await this.#keeper.close();
    this.#listeners.clear();
  }

  #patient(patientId: string): PatientWatch {
    let patient = this.#patients.get(patientId);
    if (patient === undefined) this.#patients.set(patientId, (patient = new PatientWatch(patientId)));
    return patient;
  }

  /** Undefined for a patient who was removed. */
  async #limitsOf(patientId: string): Promise<AlertLimits | undefined> {
    const roomId = await this.#rooms.of(patientId);
    return roomId === undefined ? undefined : this.#options.limits.of(patientId, roomId);
  }

  async #take(observation: Observation): Promise<void> {
    const { id, patientId, source, at } = observation;
    const patient = this.#patient(patientId);
    if (patient.seen.has(id)) return;
    const limits = await this.#limitsOf(patientId);
    if (limits === undefined) return;
    const baseline = patient.baselineFor(observation, this.#options.steady());
    for (const [rule, evidence] of evidenceOf(observation, limits, baseline)) {
      await this.#judge(patientId, rule, source, limits, { evidence, measuredAt: at, ageMs: 0 });
    }
    patient.seen.add(id);
  }

  async #judge(
    patientId: string,
    rule: AlertRule,
    source: Source,
    limits: AlertLimits,
    observed: machine.Observed,
  ): Promise<void> {
    const watched = this.#patient(patientId).rule(rule);
    watched.source = source;
    const { state } = watched;
    // A rule that was switched off begins nothing; what it began goes on and clears as it would have.
    if (!isOn(rule, limits) && !isPresent(state.episode)) {
      watched.state = { ...state, breach: null, normalSince: null };
      return;
    }
    await this.#become(watched, machine.observe(state, judgementOf(rule, limits), observed, this.#now()));
  }

  #tick(): void {
    for (const patient of this.#patients.values()) {
      for (const watched of patient.rules()) {
        if (watched.advancing || watched.state.breach === null) continue;
        watched.advancing = true;
        this.#queue
          .run(watched.patientId, () => this.#advance(watched))
          .catch((error: unknown) => this.#failed(error, watched.rule))
          .finally(() => (watched.advancing = false));
      }
    }
  }

  async #advance(watched: Watched): Promise<void> {
    const { patientId, rule, state } = watched;
    const limits = await this.#limitsOf(patientId);
    if (limits === undefined) return;
    await this.#become(watched, machine.advance(state, judgementOf(rule, limits), this.#now()));
  }

  #failed(error: unknown, rule: AlertRule): void {
    const message = 'an alert rule could not be evaluated; it is tried again';
    this.#options.telemetry.logger.error({ err: error, rule }, message);
  }

  /** Takes over a state that the rules reached; a new version is on disk before it is shown. */
  async #become(watched: Watched, state: EpisodeState): Promise<void> {
    const { episode } = state;
    if (episode === null || episode === watched.state.episode) {
      watched.state = state;
      return;
    }
    const alert = this.#alertOf(watched, episode);
    if (alert === undefined) {
      watched.state = machine.initialState(watched.state.lastEpisode);
      return;
    }
    await this.#keeper.keep(alert);
    this.#show(watched, state, alert);
    this.#options.audit.done(SYSTEM, `alert:${alert.change.kind}`, `alert:${alert.id}`);
  }

  /** The whole alert of an episode; undefined when the patient was removed meanwhile. */
  #alertOf({ patientId, rule, source, alert }: Watched, episode: Episode): Alert | undefined {
    if (alert?.episode === episode.episode) return { ...alert, ...episode };
    const roomId = this.#rooms.known(patientId);
    if (roomId === undefined) return undefined;
    return { id: randomUUID(), patientId, roomId, rule, priority: RULES[rule].priority, source, ...episode };
  }

  /** What a person does to an alert. Unlike a rule's change, one that cannot be kept is refused. */
  async #act(
    alertId: string,
    change: (state: EpisodeState, rule: AlertRule) => EpisodeState,
  ): Promise<Alert> {
    const { patientId, rule } = this.#known.get(alertId);
    return this.#queue.run(patientId, async () => {
      const watched = this.#patient(patientId).rule(rule);
      // It has ended, and another episode followed.
      if (watched.alert?.id !== alertId) return this.#known.get(alertId);
      const state = change(watched.state, rule);
      if (state.episode === null || state === watched.state) return watched.alert;
      const alert: Alert = { ...watched.alert, ...state.episode };
      await this.#keeper.keepOrRefuse(alert);
      this.#show(watched, state, alert);
      return alert;
    });
  }

  /** Active alerts follow a patient to another room; those of a removed patient end. */
  async #moved(patientId: string, roomId: string | undefined): Promise<void> {
    await this.#queue.run(patientId, async () => {
      for (const watched of this.#patient(patientId).rules()) {
        const { alert } = watched;
        if (alert?.active !== true || alert.roomId === roomId) continue;
        const at = this.#options.clock();
        const state = roomId === undefined ? machine.end(watched.state, at) : machine.move(watched.state, at);
        const changed: Alert = { ...alert, ...state.episode, roomId: roomId ?? alert.roomId };
        await this.#keeper.keep(changed);
        this.#show(watched, state, changed, alert.roomId);
        this.#options.audit.done(SYSTEM, `alert:${changed.change.kind}`, `alert:${alert.id}`);
      }
    });
  }

  #show(watched: Watched, state: EpisodeState, alert: Alert, leftRoomId?: string): void {
    watched.state = state;
    watched.alert = alert;
    this.#known.set(alert);
    for (const listener of this.#listeners) listener(alert, leftRoomId);
  }

  #signature({ userId, displayName }: UserPrincipal, reason: string | null) {
    return { userId, userName: displayName, at: this.#options.clock(), reason };
  }

  #now(): Moment {
    return { steady: this.#options.steady(), at: this.#options.clock() };
  }
}

function isPresent(episode: Episode | null): boolean {
  return episode?.active === true && episode.condition === 'present';
}
