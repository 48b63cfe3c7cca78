import type { Server as HttpServer } from 'node:http';
import { CV_NAMESPACE, DEVICE_NAMESPACE, HEARTBEAT_INTERVAL_MS, MONITOR_NAMESPACE } from '@haven/protocol';
import type { Redis } from 'ioredis';
import type { Access } from '../access/access.ts';
import { Admission } from '../admission/admission.ts';
import { limiterOfNode, limitersOfCluster } from '../admission/limiters.ts';
import { MachineMeter } from '../admission/machine-meter.ts';
import type { AlertService } from '../alerts/alert-service.ts';
import { SoundPauses } from '../alerts/sound-pauses.ts';
import { SYSTEM } from '../audit/actor.ts';
import { AuditTrail } from '../audit/audit-trail.ts';
import type { ClusterState } from '../cluster/members.ts';
import type { Config } from '../config/config.ts';
import { OwnPauses } from '../privacy/clinician-pauses.ts';
import { Privacies } from '../privacy/privacies.ts';
import { PrivacyFile } from '../privacy/privacy-file.ts';
import type { MediaFigures } from '../http/live-figures-api.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import { WhepDesk } from '../standards/whep-desk.ts';
import { WhipDesk } from '../standards/whip-desk.ts';
import { Talks } from '../talk/talks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { AlertPriorities } from './alert-priorities.ts';
import { AnalysisMetrics } from './analysis-metrics.ts';
import { AnalysisModes } from './analysis-modes.ts';
import { ClientMetrics } from './client-metrics.ts';
import { CvCoordinator } from './cv-coordinator.ts';
import { DeviceMetrics } from './device-metrics.ts';
import { ExpectedStreams } from './expected-streams.ts';
import { Doorkeeper } from './handshake.ts';
import { createIo } from './io.ts';
import { readMediaFigures } from './media-figures.ts';
import { serveCvWorkers, serveDevices, serveMonitors } from './namespaces.ts';
import { ClusterNode } from './nodes/cluster-node.ts';
import { NODE_NAMESPACE } from './nodes/node-signalling.ts';
import { ObservationIntake } from './observation-intake.ts';
import { Operations, type MachineReader } from './operations.ts';
import { RequestService } from './request-service.ts';
import { RoomHub } from './room-hub.ts';
import { SendMetrics } from './send-metrics.ts';
import { Sessions } from './sessions.ts';
import type { CvNamespace, DeviceNamespace, MonitorNamespace } from './sockets.ts';
import { StreamEvents } from './stream-events.ts';

/** How long closing waits until the farewells are sent, ms. */
const FAREWELL_MS = 200;

export type SignallingOptions = {
  httpServer: HttpServer;
  config: Config;
  access: Access;
  records: Records;
  alerts: AlertService;
  telemetry: Telemetry;
  sfu: Sfu;
  clock: () => number;
  /** This server in its cluster: the name by which the others know it, and the Redis by which they find each other. */
  node?: { id: string; redis: Redis };
  /** The machine's own load, when left out. */
  machine?: MachineReader;
};

export type Signalling = {
  /** Devices that publish over HTTP. */
  readonly whip: WhipDesk;
  /** Users who play a stream over HTTP. */
  readonly whep: WhepDesk;
  /** Ends every stream and session, telling each why. The HTTP server and the SFU stay open. */
  close(): Promise<void>;
  readonly operations: Operations;
  /** Undefined: this server is alone. */
  cluster(): ClusterState | undefined;
  /** How every stream, viewer and media worker fares now. */
  figures(): MediaFigures;
  /** Ids of the devices that are connected. */
  connectedDevices(): Set<string>;
  stats(): {
    sockets: number;
    devices: number;
    viewers: number;
    cvWorkers: number;
    unassignedStreams: number;
  };
};

/** Starts Socket.IO on the HTTP server and joins devices, viewers and CV workers to the SFU, alerts and records. */
export function startSignalling(options: SignallingOptions): Signalling {
  const { httpServer, config, access, records, telemetry, sfu, clock, node } = options;
  const audit = new AuditTrail(records, telemetry, clock);
  const openLimiter = node === undefined ? limiterOfNode : limitersOfCluster(node.redis);
  const admission = new Admission({ ...config, openLimiter }, telemetry, clock);
  const io = createIo({ clock, httpServer, config, admission, audit });
  const sessions = new Sessions(
    new RequestService(telemetry, audit, config.limits.messagesPerSecond),
    telemetry,
  );
  const entrance = { doorkeeper: new Doorkeeper(admission, audit, telemetry), sessions, telemetry };

  const monitors: MonitorNamespace = io.of(MONITOR_NAMESPACE);
  const devices: DeviceNamespace = io.of(DEVICE_NAMESPACE);
  const cvWorkers: CvNamespace = io.of(CV_NAMESPACE);

  const privacyFile = new PrivacyFile(config.dataDirectory, telemetry);
  const privacies = new Privacies({ file: privacyFile, clock });
  const talks = new Talks({ audit, streams: sfu.streams, clock });
  const cluster =
    config.cluster === undefined || node === undefined
      ? undefined
      : new ClusterNode({
          settings: { ...config.cluster, node: node.id },
          redis: node.redis,
          namespace: io.of(NODE_NAMESPACE),
          ...{ sessions, admission, alerts: options.alerts, sfu, talks, privacies, telemetry, clock },
          beds: async () => {
            const patients = await records.patientsOf((await records.rooms()).map(({ id }) => id));
            return patients.map(({ id: patientId, roomId }) => ({ patientId, roomId }));
          },
        });
  const alerts = cluster?.alerts ?? options.alerts;
  const hub = new RoomHub(monitors, telemetry, clock, (event) => cluster?.tell(event));
  const sends = new SendMetrics(telemetry);
  for (const namespace of [monitors, devices, cvWorkers]) {
    namespace.on('connection', (socket) => sends.follow(socket));
  }
  telemetry.gauge(
    'haven_active_users',
    'People who watch, each once',
    () => new Set([...monitors.sockets.values()].map(({ data }) => data.principal.userId)).size,
  );
  const soundPauses = new SoundPauses({ alerts, audit, clock });
  const coordinator = new CvCoordinator(clock);
  const intake = new ObservationIntake({ coordinator, records, alerts, hub, telemetry, clock });
  const metrics = new AnalysisMetrics(telemetry);
  const takes = (patientId: string) => cluster?.takes(patientId) ?? Promise.resolve(true);
  const expected = new ExpectedStreams({ config, alerts, takes, telemetry, clock });
  const modes = new AnalysisModes({ records, telemetry });
  const priorities = new AlertPriorities({
    alerts,
    coordinator,
    streamOf: (patientId) => sfu.ofPatient(patientId),
  });
  privacies.on('changed', ({ patientId, privacy }) => sfu.streams.ofPatient(patientId)?.setPrivacy(privacy));
  privacies.on('expired', ({ patientId }) => audit.done(SYSTEM, 'privacy:end', `patient:${patientId}`));
  telemetry.gauge('haven_privacy_pauses', 'Patients whose picture is paused', () => privacies.running);
  talks.on('changed', ({ roomId, patientId, clinician }) => hub.patientTalk(roomId, patientId, clinician));
  telemetry.gauge('haven_talks', 'Talks between a clinician and a bedside', () => talks.running);
  const streamEvents = new StreamEvents({
    ...{ alerts, coordinator, expected, hub, modes, priorities, privacies, telemetry, clock },
  });
  modes.on('changed', ({ patientId, roomId, mode, first }) => {
    coordinator.setMode(patientId, mode);
    if (!first) hub.analysisMode(roomId, patientId, mode);
  });
  telemetry.gauge('haven_streams_by_analysis_mode', 'Live streams by what is measured of them', () =>
    coordinator.byMode().map(({ mode, streams }) => ({ value: streams, attributes: { mode } })),
  );
  void modes.look();
  const follow = streamEvents.follow.bind(streamEvents);
  sfu.streams.on('created', follow);

  const machine = options.machine ?? new MachineMeter(() => sfu.stats().workerCores);
  const operations = new Operations({
    ...{ admission, machine, sessions, sfu, telemetry, clock, monitors, devices, cvWorkers, others: cluster },
  });

  const deviceMetrics = new DeviceMetrics(telemetry);

  telemetry.gauge(
    'haven_machine_cpu_usage_percent',
    'Processor time of the machine, or of the container, in use',
    () => 100 * operations.state.machine.processor,
  );
  serveMonitors(monitors, entrance, {
    access,
    admission,
    alerts,
    audit,
    clock,
    config,
    hub,
    load: () => operations.load,
    pauses: cluster?.pauses ?? new OwnPauses(privacies),
    records,
    settled: () => cluster?.settled() ?? Promise.resolve(),
    sfu,
    soundPauses,
    talksIn: (roomId) => [
      ...talks.all().filter((talk) => talk.roomId === roomId),
      ...(cluster?.talksIn(roomId) ?? []),
    ],
    unreachedIn: (roomId) => cluster?.unreachedIn(roomId) ?? [],
    talkWith: (patientId, talker, actor) => (cluster ?? talks).talkWith(patientId, talker, actor),
    clientMetrics: new ClientMetrics(telemetry, () => sfu.observation.uplinkRoundTripMs()),
    telemetry,
  });
  serveDevices(devices, entrance, {
    access,
    admission,
    audit,
    clock,
    config,
    metrics: deviceMetrics,
    privacies,
    records,
    sfu,
    talks,
  });
  const whip = new WhipDesk({
    ...{ access, admission, audit, clock, config, privacies, records, sessions, sfu },
  });
  const whep = new WhepDesk({ ...{ access, admission, audit, clock, config, records, sessions, sfu } });
  serveCvWorkers(cvWorkers, entrance, { access, audit, coordinator, hub, intake, metrics, sfu });

  const stopListening = [
    options.alerts.onAlert((alert, leftRoomId) => hub.alert(alert, leftRoomId)),
    soundPauses.onChange((roomId, pause) => hub.soundPaused(roomId, pause)),
    access.onChange(() => sessions.recheck()),
    priorities.start(),
  ];
  const timer = setInterval(() => {
    hub.heartbeat();
    cluster?.beat();
    void modes.look();
    coordinator.examine();
    void expected.examine();
    void operations.tick();
    privacies.examine();
    // Tokens also end by time alone.
    sessions.recheck();
  }, HEARTBEAT_INTERVAL_MS);
  timer.unref();
  cluster?.begin({ hub, soundPauses });

  let closing: Promise<void> | undefined;
  return {
    whip,
    whep,
    operations,
    cluster: () => cluster?.state,
    figures: () =>
      readMediaFigures({
        ...{ analysisMetrics: metrics, clock, coordinator, deviceMetrics, operations, sfu },
      }),
    close: () => (closing ??= close()),
    connectedDevices: () =>
      new Set([
        ...[...devices.sockets.values()].map(({ data }) => data.principal.deviceId),
        ...whip.deviceIds,
      ]),
    stats: () => ({
      sockets: io.engine.clientsCount,
      devices: admission.devices.taken,
      viewers: admission.viewers.taken,
      cvWorkers: coordinator.workers,
      unassignedStreams: coordinator.unassigned,
    }),
  };

  async function close(): Promise<void> {
    clearInterval(timer);
    operations.close();
    for (const stop of stopListening) stop();
    soundPauses.close();
    talks.close();
    sfu.streams.close('server-stopping');
    sfu.streams.off('created', follow);
    sessions.end('SHUTTING_DOWN');
    await farewell(io.engine);
    await Promise.all([expected.settled(), privacyFile.settled(), cluster?.close()]);
    io.engine.close();
  }
}

/** Waits a moment for the connections to close by themselves. */
async function farewell(engine: { readonly clientsCount: number }): Promise<void> {
  const deadline = performance.now() + FAREWELL_MS;
  while (engine.clientsCount > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
