/** `npm run admin -- …`: rooms, patients, users, devices, keys and the audit trail, whether the server runs or not. */
import { HavenError } from '@haven/protocol';
import { Command, CommanderError } from 'commander';
import { say } from './admin/command.ts';
import { addMachineCommands } from './admin/machines.ts';
import { addOperationsCommands } from './admin/operations.ts';
import { addOversightCommands } from './admin/oversight.ts';
import { addUserCommands } from './admin/people.ts';
import { addPatientCommands, addRoomCommands } from './admin/places.ts';
import { ConfigError, readConfig } from './config/config.ts';
import { addRecordsCommands } from './records/commands.ts';
import { DataDirectoryInUseError, StoreStartError } from './records/errors.ts';
import { StatusError } from './status/status.ts';

async function main(): Promise<number> {
  const program = new Command('admin').description('Administers a Haven installation.');
  // Before the commands are added: they inherit it.
  program.exitOverride();
  addRoomCommands(program);
  addPatientCommands(program);
  addUserCommands(program);
  addMachineCommands(program);
  addOperationsCommands(program);
  addOversightCommands(program);
  addRecordsCommands(program, { config: () => readConfig(process.env), say, clock: Date.now });
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    // Commander has said what is wrong, or has shown the help.
    if (error instanceof CommanderError) return error.exitCode;
    const expected = [HavenError, ConfigError, DataDirectoryInUseError, StatusError, StoreStartError].some(
      (kind) => error instanceof kind,
    );
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${expected && error instanceof Error ? error.message : trace}\n`);
    return 1;
  }
}

process.exitCode = await main();
