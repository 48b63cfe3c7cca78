import { analysisModeSchema, type Patient } from '@haven/protocol';
import type { Command } from 'commander';
import { AdministrationError, audit } from '../access/administration/context.ts';
import * as patients from '../access/administration/patients.ts';
import * as rooms from '../access/administration/rooms.ts';
import { table, withStore } from './command.ts';

export function addRoomCommands(program: Command): void {
  const room = program.command('room').description('monitoring rooms');
  room
    .command('add <id>')
    .requiredOption('--name <name>', 'as shown on screen')
    .action((id: string, { name }: { name: string }) =>
      withStore(async (context) => {
        await rooms.addRoom(context, { id, name });
        return `Room ${id} is there.`;
      }),
    );
  room.command('list').action(() =>
    withStore(async (context) => {
      const rows = await rooms.listRooms(context);
      return table(
        rows.map(({ id, name }) => [id, name]),
        'There are no rooms.',
      );
    }),
  );
  room.command('remove <id>').action((id: string) =>
    withStore(async (context) => {
      await rooms.removeRoom(context, id);
      return `Room ${id} is removed.`;
    }),
  );
}

export function addPatientCommands(program: Command): void {
  const patient = program.command('patient').description('patients');
  patient
    .command('add <id>')
    .requiredOption('--room <id>', 'the room that watches the patient')
    .requiredOption('--name <name>', 'as shown on screen')
    .requiredOption('--bed <bed>', 'as shown on screen')
    .action((id: string, options: { room: string; name: string; bed: string }) =>
      withStore(async (context, config) => {
        const { room: roomId, name, bed } = options;
        const patient: Patient = { id, roomId, name, bed, analysisMode: 'both' };
        await patients.addPatient(context, patient, config.patientIdPattern);
        return `Patient ${id} is in room ${roomId}.`;
      }),
    );
  patient.command('list').action(() =>
    withStore(async (context) => {
      await audit(context, 'patient:read', 'patients');
      const rows = await patients.listPatients(context);
      return table(
        rows.map(({ id, roomId, bed, name, analysisMode }) => [id, roomId, bed, name, analysisMode]),
        'There are no patients.',
      );
    }),
  );
  patient
    .command('analyse <id> <mode>')
    .description(`what is measured: ${analysisModeSchema.options.join(', ')}`)
    .action((id: string, mode: string) =>
      withStore(async (context) => {
        const wanted = analysisModeSchema.safeParse(mode);
        if (!wanted.success) {
          const modes = analysisModeSchema.options.join(', ');
          throw new AdministrationError('INVALID_REQUEST', `"${mode}" is not one of: ${modes}.`);
        }
        await patients.changePatient(context, id, { analysisMode: wanted.data });
        return `Of patient ${id} is measured: ${wanted.data}.`;
      }),
    );
  patient.command('remove <id>').action((id: string) =>
    withStore(async (context) => {
      await patients.removePatient(context, id);
      return `Patient ${id} is removed; the records stay.`;
    }),
  );
}
