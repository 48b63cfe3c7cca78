import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patientIdSchema, sourceSchema, type Source } from '@haven/protocol';
import { z } from 'zod';
import type { AlertService } from '../alerts/alert-service.ts';
import type { Config } from '../config/config.ts';
import { hasCode, writePrivateFile } from '../records/private-files.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

const FILE = 'expected-streams.json';
const fileSchema = z.array(z.object({ patientId: patientIdSchema, source: sourceSchema })).max(10_000);
/** Devices return within a few seconds of a restart; whoever has not after this long, ms, is missing. */
export const RETURN_AFTER_RESTART_MS = 10_000;

type Options = {
  config: Pick<Config, 'dataDirectory' | 'demo'>;
  alerts: Pick<AlertService, 'report'>;
  /** Whether this node is to look after the patient, whom another may have by now; undefined: not known yet. */
  takes: (patientId: string) => Promise<boolean | undefined>;
  telemetry: Telemetry;
  clock: () => number;
};

/**
 * Which patients were being watched when the server last ran, kept in a file: a device that does not come back after
 * a restart is missed like one that is lost while the server runs.
 */
export class ExpectedStreams {
  readonly #options: Options;
  readonly #path: string;
  readonly #startedAt: number;
  readonly #expected = new Map<string, Source>();
  /** Of the last run, not yet back. */
  readonly #awaited: Map<string, Source>;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#path = join(options.config.dataDirectory, FILE);
    this.#startedAt = options.clock();
    this.#awaited = this.#read();
    for (const [patientId, source] of this.#awaited) this.#expected.set(patientId, source);
  }

  /** The patient's video arrives. */
  arrived(patientId: string, source: Source): void {
    this.#awaited.delete(patientId);
    if (this.#expected.get(patientId) === source) return;
    this.#expected.set(patientId, source);
    this.#write();
  }

  /** The device stopped on purpose: nobody waits for it any more. */
  stopped(patientId: string): void {
    this.#awaited.delete(patientId);
    if (this.#expected.delete(patientId)) this.#write();
  }

  /** Reports who has not returned, here or at another node; called about once a second. */
  async examine(): Promise<void> {
    const { clock, telemetry } = this.#options;
    if (this.#awaited.size === 0 || clock() - this.#startedAt < RETURN_AFTER_RESTART_MS) return;
    try {
      await Promise.all([...this.#awaited].map(([patientId, source]) => this.#miss(patientId, source)));
    } catch (error) {
      telemetry.logger.error({ err: error }, 'a missing device could not be reported');
    }
  }

  async #miss(patientId: string, source: Source): Promise<void> {
    const { alerts, takes } = this.#options;
    const isOurs = await takes(patientId);
    // It may have come back meanwhile.
    if (isOurs === undefined || !this.#awaited.delete(patientId)) return;
    if (isOurs)
      await alerts.report({
        ...{ patientId, source, condition: 'signal-lost', present: true },
        at: this.#startedAt,
      });
    else this.stopped(patientId);
  }

  /** Resolves when the file says what was told. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #read(): Map<string, Source> {
    const { config, telemetry } = this.#options;
    try {
      const entries = fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      // Without the demonstration nobody waits for its simulated patients.
      const wanted = entries.filter(({ source }) => config.demo || source !== 'synthetic');
      return new Map(wanted.map(({ patientId, source }) => [patientId, source]));
    } catch (error) {
      if (!hasCode(error, 'ENOENT'))
        telemetry.logger.error({ err: error }, 'the list of expected streams could not be read');
      return new Map();
    }
  }

  #write(): void {
    const entries = [...this.#expected].map(([patientId, source]) => ({ patientId, source }));
    this.#writing = this.#writing
      .then(() => writePrivateFile(this.#path, JSON.stringify(entries)))
      .catch((error: unknown) => {
        this.#options.telemetry.logger.error(
          { err: error },
          'the list of expected streams could not be written',
        );
      });
  }
}
