import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_PRIVACY_MINUTES, patientIdSchema } from '@haven/protocol';
import { z } from 'zod';
import { hasCode, writePrivateFile } from '../records/private-files.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { pauseRecordSchema, type PauseRecord } from './pause-record.ts';

const FILE = 'privacy.json';
export const LONGEST_PAUSE_MS = MAX_PRIVACY_MINUTES * 60_000;
/** More than any number of beds; a file that is larger is none of ours. */
export const MOST_PAUSES = 10_000;

type Entry = readonly [patientId: string, record: PauseRecord];
const fileSchema = z.array(z.tuple([patientIdSchema, pauseRecordSchema])).max(MOST_PAUSES);

/** The pauses on disk: a server that starts again shows no picture that was paused, and brings back none that ended. */
export class PrivacyFile {
  readonly #path: string;
  readonly #telemetry: Telemetry;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string, telemetry: Telemetry) {
    this.#path = join(directory, FILE);
    this.#telemetry = telemetry;
  }

  read(): Entry[] {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        this.#telemetry.logger.error({ err: error }, 'the running pauses of pictures could not be read');
      }
      return [];
    }
  }

  write(entries: readonly Entry[]): void {
    this.#writing = this.#writing
      .then(() => writePrivateFile(this.#path, JSON.stringify(entries)))
      .catch((error: unknown) => {
        this.#telemetry.logger.error({ err: error }, 'the running pauses of pictures could not be written');
      });
  }

  /** Resolves when the file says what was told. */
  async settled(): Promise<void> {
    await this.#writing;
  }
}
