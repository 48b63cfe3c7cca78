/** `npm run admin -- …`: rooms, patients, users, devices, keys and the audit trail, whether the server runs or not. */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { roleSchema, type Role } from '@haven/protocol';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AdministrationError, audit, type AdministrationContext } from './access/administration/context.ts';
import { listAudit } from './access/administration/audit-trail.ts';
import * as cvKeys from './access/administration/cv-keys.ts';
import * as devices from './access/administration/devices.ts';
import * as patients from './access/administration/patients.ts';
import * as rooms from './access/administration/rooms.ts';
import * as users from './access/administration/users.ts';
import { DirectAudit } from './audit/direct-audit.ts';
import { ConfigError, readConfig, type Config } from './config/config.ts';
import { addRecordsCommands } from './records/commands.ts';
import { DataDirectoryInUseError, StoreStartError } from './records/errors.ts';
import { joinStore } from './records/store.ts';

type Work = (context: AdministrationContext, config: Config) => Promise<string | readonly string[]>;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Opens the store, does the work, and closes the store again whatever comes of it. */
async function withStore(work: Work): Promise<void> {
  const config = readConfig(process.env);
  const embedded = config.supabase === undefined && config.databaseUrl === undefined;
  if (embedded && !existsSync(config.dataDirectory)) {
    throw new AdministrationError(
      'INVALID_REQUEST',
      `There is no data directory ${config.dataDirectory}. Start Haven once (npm start), or name its directory with HAVEN_DATA_DIR.`,
    );
  }
  const store = await joinStore(config);
  try {
    const trail = new DirectAudit({ client: store.service, config, clock: Date.now });
    const context = {
      store,
      actor: `command-line:${userInfo().username}`,
      keep: trail.keep.bind(trail),
      clock: Date.now,
    };
    const answer = await work(context, config);
    for (const line of typeof answer === 'string' ? [answer] : answer) say(line);
  } finally {
    await store.close();
  }
}

const role = (value: string): Role => {
  const parsed = roleSchema.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(`Roles are ${roleSchema.options.join(', ')}.`);
  return parsed.data;
};
const collect = <T>(value: T, previous: readonly T[]): readonly T[] => [...previous, value];
const table = (rows: readonly (readonly string[])[], none: string): readonly string[] =>
  rows.length === 0 ? [none] : rows.map((row) => row.join('\t'));

function addRoomCommands(program: Command): void {
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

function addPatientCommands(program: Command): void {
  const patient = program.command('patient').description('patients');
  patient
    .command('add <id>')
    .requiredOption('--room <id>', 'the room that watches the patient')
    .requiredOption('--name <name>', 'as shown on screen')
    .requiredOption('--bed <bed>', 'as shown on screen')
    .action((id: string, options: { room: string; name: string; bed: string }) =>
      withStore(async (context, config) => {
        const { room: roomId, name, bed } = options;
        await patients.addPatient(context, { id, roomId, name, bed }, config.patientIdPattern);
        return `Patient ${id} is in room ${roomId}.`;
      }),
    );
  patient.command('list').action(() =>
    withStore(async (context) => {
      await audit(context, 'patient:read', 'patients');
      const rows = await patients.listPatients(context);
      return table(
        rows.map(({ id, roomId, bed, name }) => [id, roomId, bed, name]),
        'There are no patients.',
      );
    }),
  );
  patient.command('remove <id>').action((id: string) =>
    withStore(async (context) => {
      await patients.removePatient(context, id);
      return `Patient ${id} is removed; the records stay.`;
    }),
  );
}

function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who sign in');
  user
    .command('add <email>')
    .option(
      '--role <role>',
      'may be given several times',
      (value, previous: readonly Role[]) => collect(role(value), previous),
      [],
    )
    .option(
      '--room <id>',
      'may be given several times',
      (value, previous: readonly string[]) => collect(value, previous),
      [],
    )
    .option('--name <name>', 'as shown on screen')
    .action((email: string, options: { role: readonly Role[]; room: readonly string[]; name?: string }) =>
      withStore(async (context) => {
        const displayName = options.name ?? email.split('@')[0] ?? email;
        const { password } = await users.addUser(context, {
          email,
          displayName,
          roles: options.role,
          roomIds: options.room,
        });
        return [`User ${email} is there. The password, shown only now:`, password];
      }),
    );
  user.command('list').action(() =>
    withStore(async (context) => {
      const rows = await users.listUsers(context);
      return table(
        rows.map((row) => [
          row.email,
          row.displayName,
          row.roles.join(',') || '-',
          row.roomIds.join(',') || '-',
          row.disabled ? 'disabled' : 'enabled',
        ]),
        'There are no users.',
      );
    }),
  );
  for (const [name, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    user.command(`${name} <email>`).action((email: string) =>
      withStore(async (context) => {
        await users.setUserDisabled(context, email, disabled);
        return `User ${email} is ${name}d.`;
      }),
    );
  }
  const roleCommand = user.command('role').description('what a user may do');
  roleCommand
    .command('add <email>')
    .argument('<role>', 'role', role)
    .action((email: string, given: Role) =>
      withStore(async (context) => {
        await users.addRole(context, email, given);
        return `User ${email} has the role ${given}.`;
      }),
    );
  roleCommand
    .command('remove <email>')
    .argument('<role>', 'role', role)
    .action((email: string, given: Role) =>
      withStore(async (context) => {
        await users.removeRole(context, email, given);
        return `User ${email} has not the role ${given} any more.`;
      }),
    );
  user.command('assign <email> <room>').action((email: string, roomId: string) =>
    withStore(async (context) => {
      await users.assignRoom(context, email, roomId);
      return `User ${email} is assigned to room ${roomId}.`;
    }),
  );
  user.command('unassign <email> <room>').action((email: string, roomId: string) =>
    withStore(async (context) => {
      await users.unassignRoom(context, email, roomId);
      return `User ${email} is not assigned to room ${roomId} any more.`;
    }),
  );
}

function addMachineCommands(program: Command): void {
  const device = program.command('device').description('devices that publish a patient');
  device
    .command('add <patient>')
    .option('--name <name>', 'what it is, for the list', 'Camera')
    .action((patientId: string, { name }: { name: string }) =>
      withStore(async (context, config) => {
        patients.requirePatientId(patientId, config.patientIdPattern);
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

const AUDIT_RESULTS = ['done', 'refused', 'failed'] as const;
/** One answer of the store. */
const MAX_AUDIT_LINES = 1000;

function addAuditCommands(program: Command): void {
  const trail = program.command('audit').description('who did what');
  trail
    .command('list')
    .addOption(new Option('--result <result>', 'only these').choices(AUDIT_RESULTS))
    .option('--limit <lines>', 'the newest lines', lineCount, 100)
    .action((options: { result?: (typeof AUDIT_RESULTS)[number]; limit: number }) =>
      withStore(async (context) => {
        await audit(context, 'audit:read', 'audit');
        const rows = await listAudit(context, options);
        return table(
          rows.map((row) => [
            row.at,
            row.actor,
            row.action,
            row.subject,
            row.result,
            row.code ?? '-',
            row.address ?? '-',
          ]),
          'There are no lines.',
        );
      }),
    );
}

function lineCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_AUDIT_LINES) return count;
  throw new InvalidArgumentError(`A number from 1 to ${MAX_AUDIT_LINES}.`);
}

async function main(): Promise<number> {
  const program = new Command('admin').description('Administers a Haven installation.');
  // Before the commands are added: they inherit it.
  program.exitOverride();
  addRoomCommands(program);
  addPatientCommands(program);
  addUserCommands(program);
  addMachineCommands(program);
  addAuditCommands(program);
  addRecordsCommands(program, { config: () => readConfig(process.env), say, clock: Date.now });
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    // Commander has said what is wrong, or has shown the help.
    if (error instanceof CommanderError) return error.exitCode;
    const expected = [AdministrationError, ConfigError, DataDirectoryInUseError, StoreStartError].some(
      (kind) => error instanceof kind,
    );
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${expected && error instanceof Error ? error.message : trace}\n`);
    return 1;
  }
}

process.exitCode = await main();
