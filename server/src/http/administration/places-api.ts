import {
  listQuerySchema,
  newPatientSchema,
  newRoomSchema,
  patientChangeSchema,
  roomChangeSchema,
  type ManagedPatient,
} from '@haven/protocol';
import { requireNoStream, type LiveState } from '../../access/administration/live-state.ts';
import * as patients from '../../access/administration/patients.ts';
import * as rooms from '../../access/administration/rooms.ts';
import { parse } from '../gate.ts';
import type { AddRoute } from './desk.ts';

export function addRoomRoutes(add: AddRoute): void {
  const action = 'room:manage';
  const kind = 'room';
  add({
    ...{ method: 'search', path: '/rooms', action, kind },
    work: ({ context, body }) => rooms.pageOfRooms(context, parse(listQuerySchema, body)),
  });
  add({
    ...{ method: 'post', path: '/rooms', action, kind },
    work: async ({ context, body }) => {
      const room = parse(newRoomSchema, body);
      await rooms.addRoom(context, room);
      return rooms.findRoom(context, room.id);
    },
  });
  add({
    ...{ method: 'patch', path: '/rooms/:id', action, kind },
    work: async ({ context, id, body }) => {
      await rooms.renameRoom(context, id, parse(roomChangeSchema, body).name);
      return rooms.findRoom(context, id);
    },
  });
  add({
    ...{ method: 'delete', path: '/rooms/:id', action, kind },
    work: ({ context, id }) => rooms.removeRoom(context, id),
  });
}

/** A patient whose stream runs is neither moved nor removed: viewers of the room would lose a picture unawares. */
export function addPatientRoutes(add: AddRoute, live: LiveState, pattern: RegExp): void {
  const action = 'patient:manage';
  const kind = 'patient';
  const described = (patient: patients.StoredPatient): ManagedPatient => ({
    ...patient,
    streaming: live.streaming(patient.id),
  });
  add({
    ...{ method: 'search', path: '/patients', action, kind },
    work: async ({ context, body }) => {
      const page = await patients.pageOfPatients(context, parse(listQuerySchema, body));
      return { ...page, items: page.items.map(described) };
    },
  });
  add({
    ...{ method: 'post', path: '/patients', action, kind },
    work: async ({ context, body }) => {
      const patient = parse(newPatientSchema, body);
      await patients.addPatient(context, patient, pattern);
      return described(await patients.findPatient(context, patient.id));
    },
  });
  add({
    ...{ method: 'patch', path: '/patients/:id', action, kind },
    work: async ({ context, id, body }) => {
      const change = parse(patientChangeSchema, body);
      const { roomId } = await patients.findPatient(context, id);
      if (change.roomId !== undefined && change.roomId !== roomId) requireNoStream(live, id);
      await patients.changePatient(context, id, change);
      return described(await patients.findPatient(context, id));
    },
  });
  add({
    ...{ method: 'delete', path: '/patients/:id', action, kind },
    work: async ({ context, id }) => {
      requireNoStream(live, id);
      await patients.removePatient(context, id);
    },
  });
}
