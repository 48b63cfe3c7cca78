import { EventEmitter } from 'node:events';
import type { AnalysisMode } from '@haven/protocol';
import type { Records } from '../records/records.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

type AnalysisModesEvents = {
  /** `first`: it was not known before. */
  changed: [{ patientId: string; roomId: string; mode: AnalysisMode; first: boolean }];
};

type Parts = { records: Pick<Records, 'rooms' | 'patientsOf'>; telemetry: Telemetry };

/**
 * What is measured of each patient, in memory. A change, on whichever server and by whomever, is found at the next
 * look: within three seconds, as old as the directory of patients may be and one more.
 */
export class AnalysisModes extends EventEmitter<AnalysisModesEvents> {
  readonly #parts: Parts;
  #modes = new Map<string, AnalysisMode>();
  #looking: Promise<void> | undefined;
  #readable = true;

  constructor(parts: Parts) {
    super();
    this.#parts = parts;
  }

  /** @returns undefined while nobody could tell */
  of(patientId: string): AnalysisMode | undefined {
    return this.#modes.get(patientId);
  }

  /** Looks whether anything changed, one look at a time; called about once a second. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .then(() => {
        this.#readable = true;
      })
      .catch((error: unknown) => {
        if (this.#readable) {
          this.#parts.telemetry.logger.warn({ err: error }, 'what is measured of whom could not be read');
        }
        this.#readable = false;
      })
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { records } = this.#parts;
    const rooms = await records.rooms();
    const patients = await records.patientsOf(rooms.map(({ id }) => id));
    const before = this.#modes;
    this.#modes = new Map(patients.map(({ id, analysisMode }) => [id, analysisMode]));
    for (const { id: patientId, roomId, analysisMode: mode } of patients) {
      const known = before.get(patientId);
      if (known !== mode) this.emit('changed', { patientId, roomId, mode, first: known === undefined });
    }
  }
}
