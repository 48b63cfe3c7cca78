import type { Alert, AlertRule, Observation, Source } from '@haven/protocol';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Records } from '../records/records.ts';
import { KeyedQueue } from '../sfu/keyed-queue.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AlertListener, AlertService, ConditionReport, Signatory } from './alert-service.ts';
import * as machine from './episode.ts';
import type { EpisodeState, Moment } from './episode.ts';
import { evidenceOf, ofCondition } from './evidence.ts';
import type { Limits } from './limits-book.ts';
import { PatientRooms } from './patient-rooms.ts';
import { PatientWatch, type Watched } from './patient-watch.ts';
import { isOn, judgementOf, RULES } from './rules.ts';
import type { RunningDelay, RunningDelays } from './running-delays.ts';
import { ShownAlerts } from './shown-alerts.ts';

/** How often running delays are looked at, ms: the coarseness of a delay. */
const TICK_MS = 100;
/** A report of the server's own tells since when; the system clock is believed this far, ms. */
const OLDEST_REPORT_MS = 60_000;

export type AlertsOptions = {
  records: Pick<Records, 'activeAlerts' | 'lastEpisodes' | 'keepAlert' | 'patient'>;
  audit: Pick<AuditTrail, 'done'>;
  telemetry: Telemetry;
  limits: Pick<Limits, 'of'>;
  delays: Pick<RunningDelays, 'ofLastRun' | 'keep'>;
  /** ms since the epoch, for people */
  clock: () => number;
  /** ms, of a clock that only ever runs forwards, for durations */
  steady: () => number;
};

/** Runs the rules of all patients. */
export class Alerts implements AlertService {
  readonly #options: AlertsOptions;
  readonly #shown: ShownAlerts;
  readonly #rooms: PatientRooms;
  readonly #patients = new Map<string, PatientWatch>();
  /** One change at a time a patient. */
  readonly #queue = new KeyedQueue();
  readonly #timer: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(options: AlertsOptions) {
    this.#options = options;
    this.#shown = new ShownAlerts(options);
    this.#rooms = new PatientRooms({
      records: options.records,
      onMove: (patientId, roomId) => this.#moved(patientId, roomId),
      onFailure: (error) =>
        options.telemetry.logger.warn({ err: error }, 'where patients lie could not be read'),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Takes up alerts and running delays where the last run left them. */
  static async start(options: AlertsOptions): Promise<Alerts> {
    const { records, delays } = options;
    const [episodes, active] = [await records.lastEpisodes(), await records.activeAlerts()];
    const alerts = new Alerts(options);
    for (const { patientId, rule, episode } of episodes) {
      alerts.#patient(patientId).rule(rule).state = machine.initialState(episode);
    }
    for (const alert of active) {
      alerts.#shown.restore(alerts.#patient(alert.patientId).rule(alert.rule), alert);
      alerts.#rooms.know(alert.patientId, alert.roomId);
    }
    for (const { patientId, rule, source, breach } of delays.ofLastRun) {
      const watched = alerts.#patient(patientId).rule(rule);
      if (machine.isPresent(watched.state)) continue;
      watched.state = { ...watched.state, breach };
      watched.source = source;
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
      for (const [rule, evidence] of ofCondition(condition)) {
        await this.#judge(patientId, rule, source, { evidence, measuredAt: null, ageMs });
      }
    });
  }

  acknowledge(alertId: string, by: Signatory, reason: string | null): Promise<Alert> {
    return this.#act(alertId, (state, rule) =>
      machine.acknowledge(state, RULES[rule], this.#signature(by, reason)),
    );
  }

  silence(alertId: string, by: Signatory, seconds: number, reason: string | null): Promise<Alert> {
    return this.#act(alertId, (state) => {
      const signature = this.#signature(by, reason);
      return machine.silence(state, { ...signature, until: signature.at + seconds * 1000 });
    });
  }

  roomOf(alertId: string): string {
    return this.#shown.get(alertId).roomId;
  }

  active(roomId: string): Alert[] {
    return this.#shown.active(roomId);
  }

  allActive(): Alert[] {
    return this.#shown.allActive();
  }

  ofPatient(patientId: string): Alert[] {
    return this.#shown.ofPatient(patientId);
  }

  adopt(alert: Alert): Promise<boolean> {
    const { patientId, roomId, rule, episode, active } = alert;
    return this.#queue.run(patientId, async () => {
      const watched = this.#patient(patientId).rule(rule);
      const known = watched.alert?.id === alert.id ? watched.alert.version : -1;
      if (known >= alert.version) return false;
      const { lastEpisode } = watched.state;
      // Two nodes have raised the same: of a rule the alert stays that the rule goes on with here.
      const isDoubled = known < 0 && watched.alert?.active === true;
      if (episode < lastEpisode || isDoubled) {
        watched.state = { ...watched.state, lastEpisode: Math.max(episode, lastEpisode) };
        if (active) await this.#shown.conclude(alert);
        return false;
      }
      watched.state = machine.initialState(episode);
      // One that was active here has ended elsewhere.
      if (active || known >= 0) this.#shown.restore(watched, alert);
      this.#rooms.know(patientId, roomId);
      await this.#shown.keep(alert);
      return true;
    });
  }

  letGo(patientId: string): Promise<Alert[]> {
    return this.#queue.run(patientId, () => {
      const rules = [...this.#patient(patientId).rules()];
      return Promise.resolve(rules.flatMap((watched) => this.#shown.letGo(watched) ?? []));
    });
  }

  onAlert(listener: AlertListener): () => void {
    return this.#shown.onAlert(listener);
  }

  /** How many versions could not be written yet, for health. */
  get unwritten(): number {
    return this.#shown.unwritten;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#rooms.close();
    await this.#queue.idle();
    await this.#shown.close();
  }

  #patient(patientId: string): PatientWatch {
    let patient = this.#patients.get(patientId);
    if (patient === undefined) this.#patients.set(patientId, (patient = new PatientWatch(patientId)));
    return patient;
  }

  async #take(observation: Observation): Promise<void> {
    const { id, patientId, source, at } = observation;
    const patient = this.#patient(patientId);
    if (patient.seen.has(id)) return;
    const roomId = await this.#rooms.of(patientId);
    if (roomId === undefined) return;
    const limits = this.#options.limits.of(patientId, roomId);
    const baseline = patient.baselineFor(observation, this.#options.steady());
    for (const [rule, evidence] of evidenceOf(observation, limits, baseline)) {
      await this.#judge(patientId, rule, source, { evidence, measuredAt: at, ageMs: 0 });
    }
    patient.seen.add(id);
  }

  async #judge(
    patientId: string,
    rule: AlertRule,
    source: Source,
    observed: machine.Observed,
  ): Promise<void> {
    const roomId = await this.#rooms.of(patientId);
    if (roomId === undefined) return;
    const limits = this.#options.limits.of(patientId, roomId);
    const watched = this.#patient(patientId).rule(rule);
    watched.source = source;
    const { state } = watched;
    // A rule that was switched off begins nothing; what it began goes on and clears as it would have.
    if (!isOn(rule, limits) && !machine.isPresent(state)) {
      watched.state = { ...state, breach: null, normalSince: null };
      return;
    }
    const next = machine.observe(state, judgementOf(rule, limits), observed, this.#now());
    await this.#shown.become(watched, next, roomId, observed.measuredAt);
  }

  #tick(): void {
    const running: RunningDelay[] = [];
    for (const patient of this.#patients.values()) {
      for (const watched of patient.rules()) {
        const { patientId, rule, source, state, advancing } = watched;
        if (state.breach === null || machine.isPresent(state)) continue;
        running.push({ patientId, rule, source, breach: state.breach });
        if (advancing) continue;
        watched.advancing = true;
        this.#queue
          .run(patientId, () => this.#advance(watched))
          .catch((error: unknown) => {
            const message = 'an alert rule could not be evaluated; it is tried again';
            this.#options.telemetry.logger.error({ err: error, rule }, message);
          })
          .finally(() => (watched.advancing = false));
      }
    }
    this.#options.delays.keep(running);
  }

  async #advance(watched: Watched): Promise<void> {
    const { patientId, rule } = watched;
    const roomId = await this.#rooms.of(patientId);
    if (roomId === undefined) return;
    const judgement = judgementOf(rule, this.#options.limits.of(patientId, roomId));
    await this.#shown.become(watched, machine.advance(watched.state, judgement, this.#now()), roomId);
  }

  async #act(
    alertId: string,
    change: (state: EpisodeState, rule: AlertRule) => EpisodeState,
  ): Promise<Alert> {
    const { patientId, rule } = this.#shown.get(alertId);
    return this.#queue.run(patientId, async () => {
      const watched = this.#patient(patientId).rule(rule);
      // It has ended, and another episode followed.
      if (watched.alert?.id !== alertId) return this.#shown.get(alertId);
      return this.#shown.amend(watched, watched.alert, change(watched.state, rule));
    });
  }

  async #moved(patientId: string, roomId: string | undefined): Promise<void> {
    await this.#queue.run(patientId, async () => {
      for (const watched of this.#patient(patientId).rules()) await this.#shown.follow(watched, roomId);
    });
  }

  #signature({ userId, displayName }: Signatory, reason: string | null) {
    return { userId, userName: displayName, at: this.#options.clock(), reason };
  }

  #now(): Moment {
    return { steady: this.#options.steady(), at: this.#options.clock() };
  }
}
