import type {
  CvToServer,
  DeviceToServer,
  MonitorToServer,
  ServerToCv,
  ServerToDevice,
  ServerToMonitor,
} from '@haven/protocol';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import type { CvWorkerPrincipal, DevicePrincipal, UserPrincipal } from '../access/access.ts';
import type { Claim } from './resume/resumption.ts';

/** `claim`: the session that the connection takes up, instead of a new one. */
type Data<P> = { principal: P; claim?: Claim };
export type CvData = Data<CvWorkerPrincipal> & { worker: { name: string; capacity: number } };

export type DeviceNamespace = Namespace<
  DeviceToServer,
  ServerToDevice,
  DefaultEventsMap,
  Data<DevicePrincipal>
>;
export type DeviceSocket = Socket<DeviceToServer, ServerToDevice, DefaultEventsMap, Data<DevicePrincipal>>;
export type MonitorNamespace = Namespace<
  MonitorToServer,
  ServerToMonitor,
  DefaultEventsMap,
  Data<UserPrincipal>
>;
export type MonitorSocket = Socket<MonitorToServer, ServerToMonitor, DefaultEventsMap, Data<UserPrincipal>>;
export type CvNamespace = Namespace<CvToServer, ServerToCv, DefaultEventsMap, CvData>;
export type CvSocket = Socket<CvToServer, ServerToCv, DefaultEventsMap, CvData>;
