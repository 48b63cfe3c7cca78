import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertRuleSchema, patientIdSchema, sourceSchema, type AlertRule, type Source } from '@haven/protocol';
import { z } from 'zod';
import { hasCode, writePrivateFile } from '../records/private-files.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Breach } from './episode.ts';
import { RULES } from './rules.ts';

const FILE = 'running-delays.json';
/** Linux's name of this run of the machine, and with it of its monotonic clock. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** More than any number of beds; a file that is larger is none of ours. */
const MOST_DELAYS = 10_000;

export type RunningDelay = { patientId: string; rule: AlertRule; source: Source; breach: Breach };

const fileSchema = z.object({
  boot: z.string().min(1).max(64),
  delays: z
    .array(
      z.object({
        patientId: patientIdSchema,
        rule: alertRuleSchema,
        source: sourceSchema,
        breach: z.object({ since: z.number(), value: z.number().nullable(), limit: z.number().nullable() }),
      }),
    )
    .max(MOST_DELAYS),
});

type Options = {
  directory: string;
  telemetry: Telemetry;
  /** Names the run of the clock by which delays are measured; undefined where nothing tells. */
  boot?: string | undefined;
};

/**
 * The delays that run now, in a file, so that a breach does not need its whole delay again after a restart of the
 * server. They count in the machine's monotonic clock: after a restart of the machine they are worth nothing.
 */
export class RunningDelays {
  /** What ran when the server last wrote. */
  readonly ofLastRun: readonly RunningDelay[];
  readonly #path: string;
  readonly #telemetry: Telemetry;
  readonly #boot: string | undefined;
  #written: string | undefined;
  #writing: Promise<void> | undefined;

  constructor({ directory, telemetry, boot = bootId() }: Options) {
    this.#path = join(directory, FILE);
    this.#telemetry = telemetry;
    this.#boot = boot;
    this.ofLastRun = this.#read();
  }

  /** Writes them if they changed, one write at a time: what is skipped meanwhile comes with the next call. */
  keep(delays: readonly RunningDelay[]): void {
    if (this.#boot === undefined || this.#writing !== undefined) return;
    // A new stream begins without technical conditions: whoever sees one again reports it.
    const lasting = delays.filter(({ rule }) => RULES[rule].priority !== 'technical').slice(0, MOST_DELAYS);
    const content = JSON.stringify({ boot: this.#boot, delays: lasting });
    if (content === this.#written) return;
    this.#writing = writePrivateFile(this.#path, content)
      .then(() => {
        this.#written = content;
      })
      .catch((error: unknown) =>
        this.#telemetry.logger.warn(
          { err: error },
          'running delays could not be written; a restart begins them anew',
        ),
      )
      .finally(() => (this.#writing = undefined));
  }

  async close(): Promise<void> {
    await this.#writing;
  }

  #read(): RunningDelay[] {
    try {
      const { boot, delays } = fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      return boot === this.#boot ? delays : [];
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        this.#telemetry.logger.warn({ err: error }, 'running delays could not be read; they begin anew');
      }
      return [];
    }
  }
}

function bootId(): string | undefined {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The machine's monotonic clock, ms: nobody can set it, and it goes on while the server restarts. */
export function monotonicClock(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
