import { join } from 'node:path';
import type { Command } from 'commander';
import * as cvKeys from '../access/administration/cv-keys.ts';
import * as devices from '../access/administration/devices.ts';
import { requirePatientId } from '../access/administration/patients.ts';
import { table, withStore } from './command.ts';

export function addMachineCommands(program: Command): void {
  const device = program.command('device').description('devices that publish a patient');
  device
    .command('add <patient>')
    .option('--name <name>', 'what it is, for the list', 'Camera')
    .action((patientId: string, { name }: { name: string }) =>
      withStore(async (context, config) => {
        requirePatientId(patientId, config.patientIdPattern);
        const { id, token } = await devices.addDevice(context, patientId, name);
        return [`Device ${id} publishes ${patientId}. Its token, shown only now:`, token];
      }),
    );
  device.command('list').action(() =>
    withStore(async (context) => {
      const rows = await devices.listDevices(context);
      return table(
        rows.map((row) => [
          row.id,
          row.patientId,
          row.name,
          new Date(row.createdAt).toISOString(),
          row.revokedAt === null ? 'valid' : 'revoked',
        ]),
        'There are no devices.',
      );
    }),
  );
  device
    .command('rotate <id>')
    .description('gives it a new token; the old one is void at once')
    .action((id: string) =>
      withStore(async (context) => {
        const { token } = await devices.rotateDevice(context, id);
        return [`Device ${id} has a new token, shown only now:`, token];
      }),
    );
  device.command('revoke <id>').action((id: string) =>
    withStore(async (context) => {
      await devices.revokeDevice(context, id);
      return `Device ${id} is revoked.`;
    }),
  );

  const key = program.command('cv-key').description('keys of CV workers');
  key
    .command('add')
    .option('--name <name>', 'whose it is, for the list', 'CV worker')
    .action(({ name }: { name: string }) =>
      withStore(async (context) => {
        const { id, token } = await cvKeys.addCvKey(context, name);
        return [`Key ${id} is valid. The key, shown only now:`, token];
      }),
    );
  key.command('list').action(() =>
    withStore(async (context) => {
      const rows = await cvKeys.listCvKeys(context);
      return table(
        rows.map((row) => [
          row.id,
          row.name,
          new Date(row.createdAt).toISOString(),
          row.revokedAt === null ? 'valid' : 'revoked',
        ]),
        'There are no keys.',
      );
    }),
  );
  key
    .command('rotate <id>')
    .description('replaces it; the old one is void at once')
    .action((id: string) =>
      withStore(async (context, config) => {
        const file = join(config.dataDirectory, 'cv-key');
        const { token } = await cvKeys.rotateCvKey(context, id, file);
        return [`Key ${id} is replaced. The new one, shown only now:`, token];
      }),
    );
  key.command('revoke <id>').action((id: string) =>
    withStore(async (context) => {
      await cvKeys.revokeCvKey(context, id);
      return `Key ${id} is revoked.`;
    }),
  );
}
