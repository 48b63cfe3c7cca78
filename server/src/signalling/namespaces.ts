import {
  CV_NAMESPACE,
  cvHandshakeSchema,
  cvRequests,
  DEVICE_NAMESPACE,
  deviceRequests,
  HavenError,
  MONITOR_NAMESPACE,
  monitorRequests,
  type DeviceRequests,
  type MonitorRequests,
} from '@haven/protocol';
import type { CvWorkerPrincipal, DevicePrincipal, Principal, UserPrincipal } from '../access/access.ts';
import { nameOf, type Actor } from '../audit/actor.ts';
import { CvSession, type CvParts } from './cv-session.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { DeviceSession, type DeviceParts } from './device-session.ts';
import type { Doorkeeper } from './handshake.ts';
import { MonitorSession, type MonitorParts } from './monitor-session.ts';
import { isOnlyLocked } from './refusal-of.ts';
import { ResumableSessions } from './resume/resumable-sessions.ts';
import { ResumeAdapter } from './resume/resume-adapter.ts';
import type { Sessions } from './sessions.ts';
import type {
  CvNamespace,
  CvSocket,
  DeviceNamespace,
  DeviceSocket,
  MonitorNamespace,
  MonitorSocket,
} from './sockets.ts';

type Entrance = { doorkeeper: Doorkeeper; sessions: Sessions; telemetry: Telemetry };

export function serveMonitors(namespace: MonitorNamespace, entrance: Entrance, parts: MonitorParts): void {
  const { access } = parts;
  namespace.use(
    entrance.doorkeeper.guard<UserPrincipal, MonitorSocket>({
      namespace: MONITOR_NAMESPACE,
      authenticate: (token) => access.authenticateUser(token),
      // A locked session may hear the alarms.
      authorize: (principal) => void isOnlyLocked(() => access.authorize(principal, 'room:watch')),
    }),
  );
  const sessions = new ResumableSessions<MonitorRequests, MonitorSocket>({
    namespace: MONITOR_NAMESPACE,
    adapter: ResumeAdapter.of(namespace),
    sessions: entrance.sessions,
    telemetry: entrance.telemetry,
    definitions: monitorRequests,
    actorOf,
    create: (socket, actor) => new MonitorSession(socket, actor, parts),
  });
  namespace.on('connection', (socket) => sessions.connected(socket));
}

export function serveDevices(namespace: DeviceNamespace, entrance: Entrance, parts: DeviceParts): void {
  const { access } = parts;
  namespace.use(
    entrance.doorkeeper.guard<DevicePrincipal, DeviceSocket>({
      namespace: DEVICE_NAMESPACE,
      authenticate: (token) => access.authenticateDevice(token),
      authorize: (principal) => access.authorize(principal, 'stream:publish'),
    }),
  );
  const sessions = new ResumableSessions<DeviceRequests, DeviceSocket>({
    namespace: DEVICE_NAMESPACE,
    adapter: ResumeAdapter.of(namespace),
    sessions: entrance.sessions,
    telemetry: entrance.telemetry,
    definitions: deviceRequests,
    actorOf,
    create: (socket, actor) => new DeviceSession(socket, actor, parts),
  });
  namespace.on('connection', (socket) => sessions.connected(socket));
}

export function serveCvWorkers(namespace: CvNamespace, entrance: Entrance, parts: CvParts): void {
  const { access, coordinator } = parts;
  namespace.use(
    entrance.doorkeeper.guard<CvWorkerPrincipal, CvSocket>({
      namespace: CV_NAMESPACE,
      alwaysOpen: true,
      authenticate: (token) => access.authenticateCvWorker(token),
      authorize: (principal) => access.authorize(principal, 'stream:analyse'),
      prepare: (socket) => {
        const worker = cvHandshakeSchema.safeParse(socket.handshake.auth.worker);
        if (!worker.success) {
          throw new HavenError('INVALID_REQUEST', "The handshake needs the worker's name and capacity.");
        }
        socket.data.worker = worker.data;
      },
    }),
  );
  namespace.on('connection', (socket) => {
    const actor = actorOf(socket);
    const session = new CvSession(socket, actor, parts);
    entrance.sessions.run(CV_NAMESPACE, socket, actor, cvRequests, session);
    coordinator.addWorker(session);
  });
}

function actorOf(socket: { data: { principal: Principal }; handshake: { address: string } }): Actor {
  return { name: nameOf(socket.data.principal), address: socket.handshake.address };
}
