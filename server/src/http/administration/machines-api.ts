import { listQuerySchema, newDeviceSchema, newKeySchema, type ManagedDevice } from '@haven/protocol';
import * as cvKeys from '../../access/administration/cv-keys.ts';
import * as devices from '../../access/administration/devices.ts';
import type { LiveState } from '../../access/administration/live-state.ts';
import { parse } from '../gate.ts';
import type { AddRoute } from './desk.ts';

export function addDeviceRoutes(add: AddRoute, live: LiveState): void {
  const action = 'device:manage';
  const kind = 'device';
  const described = (device: devices.StoredDevice, connected = live.connectedDevices()): ManagedDevice => ({
    ...device,
    connected: connected.has(device.id),
  });
  add({
    ...{ method: 'search', path: '/devices', action, kind },
    work: async ({ context, body }) => {
      const page = await devices.pageOfDevices(context, parse(listQuerySchema, body));
      const connected = live.connectedDevices();
      return { ...page, items: page.items.map((device) => described(device, connected)) };
    },
  });
  add({
    ...{ method: 'post', path: '/devices', action, kind },
    work: async ({ context, body }) => {
      const { patientId, name } = parse(newDeviceSchema, body);
      const { id, token } = await devices.addDevice(context, patientId, name);
      return { device: described(await devices.findDevice(context, id)), token };
    },
  });
  add({
    ...{ method: 'post', path: '/devices/:id/rotate', action, kind },
    work: async ({ context, id }) => {
      const { token } = await devices.rotateDevice(context, id);
      return { device: described(await devices.findDevice(context, id)), token };
    },
  });
  add({
    ...{ method: 'delete', path: '/devices/:id', action, kind },
    work: ({ context, id }) => devices.revokeDevice(context, id),
  });
}

/** @param ownKeyFile with the key of the CV workers that this server starts */
export function addCvKeyRoutes(add: AddRoute, ownKeyFile: string): void {
  const action = 'cv-key:manage';
  const kind = 'cv-worker';
  add({
    ...{ method: 'search', path: '/cv-keys', action, kind },
    work: ({ context, body }) => cvKeys.pageOfCvKeys(context, parse(listQuerySchema, body)),
  });
  add({
    ...{ method: 'post', path: '/cv-keys', action, kind },
    work: async ({ context, body }) => {
      const { id, token } = await cvKeys.addCvKey(context, parse(newKeySchema, body).name);
      return { key: await cvKeys.findCvKey(context, id), token };
    },
  });
  add({
    ...{ method: 'post', path: '/cv-keys/:id/rotate', action, kind },
    work: async ({ context, id }) => {
      const { token } = await cvKeys.rotateCvKey(context, id, ownKeyFile);
      return { key: await cvKeys.findCvKey(context, id), token };
    },
  });
  add({
    ...{ method: 'delete', path: '/cv-keys/:id', action, kind },
    work: ({ context, id }) => cvKeys.revokeCvKey(context, id),
  });
}
