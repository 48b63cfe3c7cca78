import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  HavenError,
  type Alert,
  type AlertTransition,
  type AnalysisMode,
  type Observation,
  type Patient,
  type Room,
  type StoredEvent,
  type StoredVital,
  type Trend,
} from '@haven/protocol';
import type { UserPrincipal } from '../access/access.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { Config } from '../config/config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { alertOf } from './alert-rows.ts';
import { highestVersions, type Backlog } from './backlog.ts';
import { readAlert, readAlerts, readVitals } from './clinical-reads.ts';
import { DayPartitions } from './day-partitions.ts';
import type { Journal } from './journal/journal.ts';
import { readEvents } from './event-reads.ts';
import { serialise, type Kept } from './kept-entry.ts';
import { readAllPages } from './paging.ts';
import { PatientDirectory } from './patient-directory.ts';
import { measureRecords } from './records-metrics.ts';
import type { AuditEntry, Records, RecordsState } from './records.ts';
import { recoverJournal } from './recover-journal.ts';
import { Retention } from './retention.ts';
import { readTransitions } from './transition-reads.ts';
import { StoreCalls } from './store-calls.ts';
import { StoreWriter } from './store-writer.ts';
import type { Store } from './store.ts';
import { readTrends, type TrendSpan } from './trends.ts';

/** Ids are part of a request's address, which gateways bound to some 8 kB. */
const IDS_PER_REQUEST = 100;

export type RecordsOptions = {
  store: Store;
  config: Pick<
    Config,
    | 'dataDirectory'
    | 'journalLimitBytes'
    | 'retentionDays'
    | 'redisUrl'
    | 'nodeId'
    | 'auditKeyFile'
    | 'auditRetentionDays'
  >;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
  /** How long the store is left alone after it failed repeatedly. */
  halfOpenAfterMs?: number;
};

/**
 * Opens the journal, takes up what an earlier process could not store, and begins to write it.
 * @throws NodeJS.ErrnoException when the journal cannot be read
 */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  return StoredRecords.open(options);
}

class StoredRecords implements Records {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #calls: StoreCalls;
  readonly #journal: Journal;
  readonly #backlog: Backlog;
  readonly #writer: StoreWriter;
  readonly #directory: PatientDirectory;
  readonly #partitions: DayPartitions;
  readonly #retention: Retention;
  /** Undefined only while the records are being opened. */
  #audit: AuditLog | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: RecordsOptions, journal: Journal, backlog: Backlog) {
    const { store, clock, telemetry } = options;
    this.#store = store;
    this.#clock = clock;
    this.#journal = journal;
    this.#backlog = backlog;
    const durations = telemetry.histogram(
      'haven_store_call_duration_seconds',
      'From a call to the record store to its answer',
      's',
    );
    this.#calls = new StoreCalls({
      ...(options.halfOpenAfterMs === undefined ? {} : { halfOpenAfterMs: options.halfOpenAfterMs }),
      onAnswer: (ms, ok) => durations.record(ms / 1000, { result: ok ? 'ok' : 'failed' }),
    });
    telemetry.gauge(
      'haven_store_calls_active',
      'Calls that wait for the record store',
      () => this.#calls.running,
    );
    const refused = telemetry.counter('haven_records_refused_total', 'Rows that the record store refused');
    const refusedPath = join(options.config.dataDirectory, 'journal', 'refused.ndjson');
    telemetry.gauge(
      'haven_records_set_aside_bytes',
      'Rows that the record store refused and nobody has dealt with',
      () => statSync(refusedPath, { throwIfNoEntry: false })?.size ?? 0,
    );
    this.#writer = new StoreWriter({
      client: store.service,
      calls: this.#calls,
      journal,
      backlog,
      refusedPath,
      onRefused: (table, code) => {
        refused.add(1, { table });
        telemetry.logger.error({ table, code }, 'the record store refused a row; it was set aside');
      },
      onUnconfirmed: (error) =>
        telemetry.logger.warn({ err: error }, 'a file of the journal could not be removed'),
    });
    this.#directory = new PatientDirectory({
      client: store.service,
      calls: this.#calls,
      telemetry,
      clock,
      redisUrl: options.config.redisUrl,
    });
    this.#retention = new Retention({
      client: store.service,
      calls: this.#calls,
      days: options.config.retentionDays,
      clock,
      audit: (entry) => this.audit(entry),
      onFailure: (error) =>
        telemetry.logger.warn({ err: error }, 'expired records were not all deleted; tried again tomorrow'),
    });
    this.#partitions = new DayPartitions(store.service, this.#calls, clock, (error) =>
      telemetry.logger.warn({ err: error }, 'partitions of coming days were not made; tried again later'),
    );
    measureRecords(telemetry, () => this.state());
  }

  static async open(options: RecordsOptions): Promise<StoredRecords> {
    const { telemetry, config } = options;
    const { journal, backlog, audit } = await recoverJournal(config, telemetry);
    const records = new StoredRecords(options, journal, backlog);
    await records.#partitions.start();
    records.#audit = await AuditLog.open({
      client: options.store.service,
      calls: records.#calls,
      config,
      telemetry,
      clock: options.clock,
      pending: audit,
      keep: (batch) => records.#keep({ kind: 'audit-lines', keptAt: options.clock(), ...batch }),
      isStored: () => !backlog.holdsAudit,
    }).catch(async (error: unknown) => {
      await records.close(0);
      throw error;
    });
    records.#retention.start();
    if (backlog.size > 0) {
      telemetry.logger.info({ entries: backlog.size }, 'entries of an earlier run are written to the store');
      records.#writer.notify();
    }
    return records;
  }

  rooms(): Promise<Room[]> {
    return this.#directory.rooms();
  }

  patient(patientId: string): Promise<Patient> {
    return this.#directory.patient(patientId);
  }

  patientsOf(roomIds: Iterable<string>): Promise<Patient[]> {
    return this.#directory.patientsOf(roomIds);
  }

  setAnalysisMode(patientId: string, mode: AnalysisMode): Promise<void> {
    return this.#directory.setAnalysisMode(patientId, mode);
  }

  async keepObservations(observations: readonly Observation[]): Promise<void> {
    if (observations.length === 0) return;
    await this.#keep({ kind: 'observations', keptAt: this.#clock(), observations: [...observations] });
  }

  async keepAlert(alert: Alert): Promise<void> {
    await this.#keep({ kind: 'alert', keptAt: this.#clock(), alert });
  }

  async audit(entry: AuditEntry): Promise<void> {
    if (this.#audit === undefined) throw new HavenError('STORAGE_UNAVAILABLE');
    await this.#audit.add(entry);
  }

  async #keep(kept: Kept): Promise<void> {
    this.#backlog.add(await this.#journal.append(serialise(kept)), kept);
    this.#writer.notify();
  }

  vitals(user: UserPrincipal, patientId: string, since: number, until: number): Promise<StoredVital[]> {
    return readVitals(this.#readingFor(user), patientId, since, until);
  }

  alerts(
    user: UserPrincipal,
    query: { patientId?: string; active?: boolean; before?: number; limit: number },
  ): Promise<Alert[]> {
    return readAlerts(this.#readingFor(user), query);
  }

  alert(user: UserPrincipal, alertId: string): Promise<Alert> {
    return readAlert(this.#readingFor(user), alertId);
  }

  alertTransitions(user: UserPrincipal, alertId: string): Promise<AlertTransition[]> {
    return readTransitions(this.#readingFor(user), alertId);
  }

  trends(user: UserPrincipal, patientId: string, span: TrendSpan): Promise<Trend[]> {
    return readTrends(this.#readingFor(user), patientId, span);
  }

  events(
    user: UserPrincipal,
    patientId: string,
    span: Pick<TrendSpan, 'since' | 'until'>,
  ): Promise<StoredEvent[]> {
    return readEvents(this.#readingFor(user), patientId, span);
  }

  #readingFor(user: UserPrincipal) {
    return { client: this.#store.forUser(user.accessToken), calls: this.#calls, backlog: this.#backlog };
  }

  async activeAlerts(): Promise<Alert[]> {
    const pending = this.#backlog.alerts();
    const rows = await readAllPages(this.#calls, (from, to) =>
      this.#store.service.from('alerts').select('*').eq('active', true).order('id').range(from, to),
    );
    // Since this server wrote them down, another one may have taken the patient over and ended them.
    for (let from = 0; from < pending.length; from += IDS_PER_REQUEST) {
      const ids = pending.slice(from, from + IDS_PER_REQUEST).map(({ id }) => id);
      rows.push(
        ...(await this.#calls.read(() => this.#store.service.from('alerts').select('*').in('id', ids))),
      );
    }
    return highestVersions([...rows.map(alertOf), ...pending]).filter(({ active }) => active);
  }

  async lastEpisodes(): Promise<{ patientId: string; rule: Alert['rule']; episode: number }[]> {
    const pending = this.#backlog.alerts();
    const rows = await readAllPages(this.#calls, (from, to) =>
      this.#store.service.rpc('last_alert_episodes').order('patient_id').order('rule').range(from, to),
    );
    const last = new Map<string, { patientId: string; rule: Alert['rule']; episode: number }>();
    const stored = rows.map(({ patient_id: patientId, rule, episode }) => ({ patientId, rule, episode }));
    for (const { patientId, rule, episode } of [...stored, ...pending]) {
      const key = `${patientId} ${rule}`;
      if ((last.get(key)?.episode ?? 0) < episode) last.set(key, { patientId, rule, episode });
    }
    return [...last.values()];
  }

  state(): RecordsState {
    const oldest = this.#backlog.oldestKeptAt;
    const redisReachable = this.#directory.sharedCacheReachable;
    return {
      journalEntries: this.#backlog.size,
      journalBytes: this.#journal.bytes,
      journalLimitBytes: this.#journal.limitBytes,
      oldestAgeMs: oldest === undefined ? 0 : Math.max(0, this.#clock() - oldest),
      storeReachable: this.#writer.reachable && !this.#calls.open,
      ...(redisReachable === undefined ? {} : { redisReachable }),
    };
  }

  close(withinMs: number): Promise<void> {
    this.#closing ??= this.#close(withinMs);
    return this.#closing;
  }

  async #close(withinMs: number): Promise<void> {
    this.#partitions.close();
    await this.#retention.close();
    await this.#directory.close();
    await this.#audit?.close();
    await this.#writer.close(withinMs);
    await this.#audit?.closed();
    await this.#journal.close();
  }
}
