import { HavenError } from '@haven/protocol';
import type { Records } from '../records/records.ts';

/** A move is noticed after this long, as a change of rights is, ms. */
const REFRESH_MS = 2_000;

type Options = {
  records: Pick<Records, 'patient'>;
  /** Told once when a patient lies elsewhere than before, or (undefined) was removed. */
  onMove: (patientId: string, roomId: string | undefined) => Promise<void>;
  /** Told of a look that failed; the last known rooms hold. */
  onFailure: (error: unknown) => void;
};

/**
 * Which room each watched patient lies in, in memory: once a patient is known, no alert ever waits for the store. A
 * removed patient is unknown.
 */
export class PatientRooms {
  readonly #options: Options;
  readonly #rooms = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #refreshing: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  know(patientId: string, roomId: string): void {
    this.#rooms.set(patientId, roomId);
  }

  known(patientId: string): string | undefined {
    return this.#rooms.get(patientId);
  }

  /**
   * @returns undefined when there is no such patient
   * @throws HavenError STORAGE_UNAVAILABLE when the store never told
   */
  async of(patientId: string): Promise<string | undefined> {
    const known = this.#rooms.get(patientId);
    if (known !== undefined) return known;
    const roomId = await this.#read(patientId);
    if (roomId !== undefined) this.#rooms.set(patientId, roomId);
    return roomId;
  }

  /** Looks whether anybody moved; one look at a time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh()
      .catch((error: unknown) => this.#options.onFailure(error))
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    for (const [patientId, before] of [...this.#rooms]) {
      const roomId = await this.#read(patientId);
      if (roomId === before) continue;
      if (roomId === undefined) this.#rooms.delete(patientId);
      else this.#rooms.set(patientId, roomId);
      try {
        await this.#options.onMove(patientId, roomId);
      } catch (error) {
        // The next look finds the same move again.
        this.#rooms.set(patientId, before);
        throw error;
      }
    }
  }

  async #read(patientId: string): Promise<string | undefined> {
    try {
      return (await this.#options.records.patient(patientId)).roomId;
    } catch (error) {
      if (error instanceof HavenError && error.code === 'PATIENT_UNKNOWN') return undefined;
      throw error;
    }
  }
}
