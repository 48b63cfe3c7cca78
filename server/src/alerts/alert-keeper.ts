import type { Alert } from '@haven/protocol';
import type { Records } from '../records/records.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** How often a version that could not be written is tried again, ms. */
const RETRY_MS = 2_000;
/** As many versions wait for the disk; beyond it the oldest is given up, never an alert's newest. */
const MOST_UNWRITTEN = 20_000;

type Options = { records: Pick<Records, 'keepAlert'>; telemetry: Telemetry };

/**
 * Writes each version of an alert before it is shown. Only when the disk refuses is an alert of the rules shown all the
 * same (one that nobody sees is worse than one that a restart forgets), and written as soon as the disk allows.
 */
export class AlertKeeper {
  readonly #options: Options;
  /** By id and version, in order. */
  readonly #unwritten = new Map<string, Alert>();
  readonly #timer: NodeJS.Timeout;
  #retrying: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => void this.retry(), RETRY_MS).unref();
  }

  /** How many versions could not be written yet, for health. */
  get unwritten(): number {
    return this.#unwritten.size;
  }

  /** Resolves when it is on disk, or the disk refused and it is tried again later. */
  async keep(alert: Alert): Promise<void> {
    try {
      await this.#options.records.keepAlert(alert);
    } catch (error) {
      this.#later(alert);
      this.#options.telemetry.logger.error(
        { err: error, rule: alert.rule },
        'an alert could not be written; it is shown all the same',
      );
    }
  }

  /** @throws HavenError STORAGE_FULL: for what a person does, who can be told */
  async keepOrRefuse(alert: Alert): Promise<void> {
    await this.#options.records.keepAlert(alert);
  }

  retry(): Promise<void> {
    this.#retrying ??= this.#retry().finally(() => (this.#retrying = undefined));
    return this.#retrying;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.retry();
  }

  async #retry(): Promise<void> {
    for (const [key, alert] of [...this.#unwritten]) {
      try {
        await this.#options.records.keepAlert(alert);
      } catch {
        return;
      }
      this.#unwritten.delete(key);
    }
  }

  #later(alert: Alert): void {
    this.#unwritten.set(`${alert.id} ${alert.version}`, alert);
    if (this.#unwritten.size <= MOST_UNWRITTEN) return;
    for (const [key, { id, version }] of this.#unwritten) {
      if (!this.#unwritten.has(`${id} ${version + 1}`)) continue;
      this.#unwritten.delete(key);
      return;
    }
  }
}
