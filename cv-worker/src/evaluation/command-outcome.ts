import { CommanderError } from 'commander';
import { BackendSettingError } from '../face/backend.ts';
import { DecodeError } from '../tap/decoder.ts';
import { RecordingError } from './recording-error.ts';

/** Exit code for what the caller has to put right: arguments, settings, the recording. */
export const EXIT_INPUT = 2;
const INPUT_ERRORS = [DecodeError, RecordingError, BackendSettingError];

/** Runs a command on recordings: what it throws becomes a sentence on standard error and an exit code. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; asking for help is no mistake.
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_INPUT;
    } else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = INPUT_ERRORS.some((kind) => error instanceof kind) ? EXIT_INPUT : 1;
    }
  }
}
