import { mkdirSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { destination } from 'pino';
import { EmergencyAccessReview } from './access/break-glass/emergency-access-review.ts';
import { checkIntegrity } from './access/integrity.ts';
import { openAccess } from './access/open-access.ts';
import { AccountRecovery } from './access/sign-in/account-recovery.ts';
import { limiterOfNode, limitersOfCluster } from './admission/limiters.ts';
import { Alerts } from './alerts/alerts.ts';
import { LimitsBook } from './alerts/limits-book.ts';
import { LimitsStore } from './alerts/limits-store.ts';
import { monotonicClock, RunningDelays } from './alerts/running-delays.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { readNodeId } from './audit/node-identity.ts';
import { AuditReader } from './audit/audit-reader.ts';
import { connectRedis } from './cluster/redis-link.ts';
import { ConfigError, type Config } from './config/config.ts';
import type { AdministrationParts } from './http/administration/desk.ts';
import { HttpApp, type Readiness } from './http/app.ts';
import {
  clusterProbe,
  cpuProbe,
  diskProbe,
  journalProbe,
  loadProbe,
  memoryProbe,
  redisProbe,
  type Probe,
} from './http/health.ts';
import { loadTls } from './http/tls.ts';
import { closeServer, createWebServer, listen } from './http/web-server.ts';
import { openRecords } from './records/open-records.ts';
import { StoreCalls } from './records/store-calls.ts';
import { openStore, type Store } from './records/store.ts';
import { seed, type Credentials } from './records/seed.ts';
import { Sfu } from './sfu/sfu.ts';
import type { Operations } from './signalling/operations.ts';
import { startSignalling } from './signalling/start-signalling.ts';
import { startChildren } from './supervisor/children.ts';
import { ADDRESS_FILE } from './status/server-at.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { OpenTelemetry, type Instrument } from './telemetry/open-telemetry.ts';
import { measureProcess } from './telemetry/process-metrics.ts';

/** How long the records may take to write out at the end, ms; what is left stays in the journal. */
const FLUSH_WITHIN_MS = 2_500;

type Closer = { name: string; close: () => Promise<void> };

/** The whole server of one node: composes the parts, in order, and takes them down in the opposite order. */
export class Haven {
  /** Where browsers, devices and workers on this machine reach it. */
  readonly url: string;
  /** Passwords made at the first start, to be shown once. */
  readonly newCredentials: readonly Credentials[];
  readonly #closers: Closer[];
  readonly #telemetry: OpenTelemetry;
  readonly #stopping: () => void;
  readonly #operations: Operations;
  #closed: Promise<void> | undefined;

  private constructor(parts: {
    url: string;
    newCredentials: readonly Credentials[];
    closers: Closer[];
    telemetry: OpenTelemetry;
    stopping: () => void;
    operations: Operations;
  }) {
    this.url = parts.url;
    this.newCredentials = parts.newCredentials;
    this.#closers = parts.closers;
    this.#telemetry = parts.telemetry;
    this.#stopping = parts.stopping;
    this.#operations = parts.operations;
  }

  /**
   * @param onStep told the name of each step and how long it took, ms
   * @throws ConfigError, DataDirectoryInUseError with a sentence for whoever starts it
   */
  static async start(config: Config, onStep: (name: string, ms: number) => void): Promise<Haven> {
    const clock = Date.now;
    const closers: Closer[] = [];
    const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const result = await run();
      onStep(name, performance.now() - startedAt);
      return result;
    };
    const logFile = config.logFile === undefined ? undefined : openLogFile(config.logFile);
    const telemetry = new OpenTelemetry({
      service: 'haven-server',
      logLevel: config.logLevel,
      traces: config.traces,
      ...(logFile === undefined ? {} : { destination: destination(logFile) }),
    });
    closers.push({ name: 'telemetry', close: () => telemetry.close() });
    try {
      measureProcess(telemetry, clock);
      let readiness: Readiness = 'starting';
      let readinessNow = (): Readiness => readiness;
      const app = new HttpApp({ config, telemetry, clock, readiness: () => readinessNow() });
      const tls = await loadTls(config, clock());
      const httpServer = createWebServer(app.express, tls);
      const url = await step('port', () => listen(httpServer, config, tls));
      closers.push({ name: 'http', close: () => closeServer(httpServer) });

      const store = await step('database', () => openStore(config, telemetry));
      closers.push({ name: 'store', close: () => store.close() });
      const seeded = await step('seed', () => seed({ store, config }));
      const records = await step('records', () => openRecords({ store, config, telemetry, clock }));
      closers.push({ name: 'records', close: () => records.close(FLUSH_WITHIN_MS) });
      const redis =
        config.cluster === undefined ? undefined : connectRedis(config.cluster.redisUrl, telemetry);
      closers.push({ name: 'cluster', close: () => Promise.resolve(redis?.disconnect()) });
      const access = await openAccess({
        ...{ store, telemetry, clock },
        openLimiter: redis === undefined ? limiterOfNode : limitersOfCluster(redis),
        sessions: config.sessions,
        trustedNetworks: config.trustedNetworks,
      });
      closers.push({ name: 'access', close: () => access.close() });
      const stopLooking = access.emergencyAccess.watchExpiry(records, (error) =>
        telemetry.logger.warn({ err: error }, 'emergency access that ended could not be audited'),
      );
      closers.push({
        name: 'emergency access',
        close: () => {
          stopLooking();
          return Promise.resolve();
        },
      });
      const limits = await LimitsBook.start({
        store: new LimitsStore(store.service, new StoreCalls()),
        telemetry,
        clock,
      });
      closers.push({ name: 'limits', close: () => limits.close() });
      const delays = new RunningDelays({ directory: config.dataDirectory, telemetry });
      closers.push({ name: 'delays', close: () => delays.close() });
      const alerts = await Alerts.start({
        limits,
        records,
        audit: new AuditTrail(records, telemetry, clock),
        telemetry,
        clock,
        steady: monotonicClock,
        delays,
      });
      closers.push({ name: 'alerts', close: () => alerts.close() });
      const sfu = await step('media', () => Sfu.create({ config, telemetry }));
      closers.push({ name: 'sfu', close: () => sfu.close() });
      const signalling = startSignalling({
        httpServer,
        config,
        access,
        records,
        alerts,
        telemetry,
        sfu,
        clock,
        ...(redis === undefined
          ? {}
          : { node: { id: await readNodeId(config.dataDirectory, config.nodeId), redis } }),
      });
      closers.push({ name: 'signalling', close: () => signalling.close() });

      const probes: Record<string, Probe> = {
        database: () => {
          const { storeReachable, journalEntries } = records.state();
          return {
            status: storeReachable ? 'healthy' : 'degraded',
            message: storeReachable
              ? 'answers'
              : `does not answer; ${journalEntries} entries wait in the journal`,
          };
        },
        journal: journalProbe(
          () => records.state(),
          () => alerts.unwritten,
        ),
        sfu: () => {
          const { workers, expectedWorkers } = sfu.stats();
          const status = workers === 0 ? 'unhealthy' : workers < expectedWorkers ? 'degraded' : 'healthy';
          return { status, message: `${workers} of ${expectedWorkers} media workers run` };
        },
        'cv-workers': () => {
          const { cvWorkers } = signalling.stats();
          return { status: cvWorkers === 0 ? 'degraded' : 'healthy', message: `${cvWorkers} connected` };
        },
        cpu: cpuProbe(() => signalling.operations.state.machine.processor),
        sockets: () => ({ status: 'healthy', message: `${signalling.stats().sockets} connected` }),
        redis: redisProbe(() => records.state()),
        cluster: clusterProbe(() => signalling.cluster()),
        load: loadProbe(() => signalling.operations.state),
        memory: memoryProbe(() => signalling.operations.state.machine.memory),
        disk: diskProbe(config.dataDirectory),
      };
      const audit = new AuditReader({ store, config, clock });
      const reread = () => access.reread();
      const administration: AdministrationParts = {
        ...{ store, records, clock, reread, patientIdPattern: config.patientIdPattern },
        cvKeyFile: seeded.cvKeyFile,
        live: {
          streaming: (patientId) => sfu.streams.ofPatient(patientId)?.identity.source ?? null,
          connectedDevices: () => signalling.connectedDevices(),
        },
        accounts: new AccountRecovery(store, clock),
        emergencyAccess: new EmergencyAccessReview({
          ...{ store, records, clock, calls: new StoreCalls(), changed: reread },
        }),
        checkIntegrity: () => checkIntegrity(store),
      };
      app.serve({
        access,
        administration,
        audit,
        records,
        limits,
        operations: { desk: signalling.operations, token: seeded.operationsToken },
        figures: () => signalling.figures(),
        media: { '/whip': signalling.whip, '/whep': signalling.whep },
        metricsToken: seeded.metricsToken,
        probes,
      });

      const supervisor = new Supervisor({
        telemetry,
        clock,
        ...(logFile === undefined ? {} : { output: logFile }),
      });
      closers.push({ name: 'children', close: () => supervisor.stop() });
      startChildren(supervisor, config, { ...seeded, url, authorityFile: tls?.authorityFile });
      readinessNow = () => (readiness === 'ready' && signalling.operations.draining ? 'draining' : readiness);
      await writeFile(join(config.dataDirectory, ADDRESS_FILE), url, { mode: 0o600 });
      readiness = 'ready';
      reportIntegrity(store, telemetry);
      return new Haven({
        url,
        newCredentials: seeded.newCredentials,
        closers,
        telemetry,
        stopping: () => (readiness = 'stopping'),
        operations: signalling.operations,
      });
    } catch (error) {
      await closeAll(closers, telemetry);
      throw error;
    }
  }

  /**
   * Takes no new sessions any more, and waits until those that run have left, for this long at most, ms.
   * @returns false when an administrator took it back
   */
  drain(withinMs: number): Promise<boolean> {
    return this.#operations.drained(withinMs);
  }

  /** Everything that is measured. */
  get instruments(): readonly Instrument[] {
    return this.#telemetry.instruments;
  }

  /** Stops everything in order: children, signalling, media, then the records after the last who write. */
  close(): Promise<void> {
    this.#stopping();
    this.#closed ??= closeAll(this.#closers, this.#telemetry);
    return this.#closed;
  }
}

/** Beside the start, which does not wait for it. Only the number is logged: an administrator's page has the rest. */
function reportIntegrity(store: Store, telemetry: OpenTelemetry): void {
  checkIntegrity(store).then(
    ({ length }) => {
      if (length > 0)
        telemetry.logger.warn({ problems: length }, 'the check of integrity found something to look at');
    },
    (error: unknown) => telemetry.logger.warn({ err: error }, 'the integrity could not be checked'),
  );
}

async function closeAll(closers: Closer[], telemetry: OpenTelemetry): Promise<void> {
  for (const { name, close } of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      telemetry.logger.error({ err: error, part: name }, 'a part did not close properly');
    }
  }
}

/** @throws ConfigError when it cannot be written */
function openLogFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new ConfigError(`The log file ${path} cannot be written: ${String(error)}.`);
  }
}
