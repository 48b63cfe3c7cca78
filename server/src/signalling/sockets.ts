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

type Data<P> = { principal: P };
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
