import { HavenError, type Patient, type Room } from '@haven/protocol';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';
import { readAllPages } from './paging.ts';

/** A change by an administrator is seen after this long, as a change of rights is. */
const FRESH_MS = 2000;

type Content = { rooms: Map<string, Room>; patients: Map<string, Patient>; readAt: number };

/** Who lies where. While the store is away, the last known answer serves: a ward goes on working. */
export class PatientDirectory {
  readonly #client: StoreClient;
  readonly #calls: StoreCalls;
  readonly #clock: () => number;
  #content: Content | undefined;
  #reading: Promise<Content> | undefined;

  constructor(client: StoreClient, calls: StoreCalls, clock: () => number) {
    this.#client = client;
    this.#calls = calls;
    this.#clock = clock;
  }

  async rooms(): Promise<Room[]> {
    return [...(await this.#current()).rooms.values()];
  }

  /** @throws HavenError PATIENT_UNKNOWN, STORAGE_UNAVAILABLE when the store never answered */
  async patient(patientId: string): Promise<Patient> {
    const patient = (await this.#current()).patients.get(patientId);
    if (patient === undefined) throw new HavenError('PATIENT_UNKNOWN');
    return patient;
  }

  async patientsOf(roomIds: Iterable<string>): Promise<Patient[]> {
    const wanted = new Set(roomIds);
    const { patients } = await this.#current();
    return [...patients.values()].filter(({ roomId }) => wanted.has(roomId));
  }

  async #current(): Promise<Content> {
    const known = this.#content;
    if (known !== undefined && this.#clock() - known.readAt < FRESH_MS) return known;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    try {
      return await this.#reading;
    } catch (error) {
      if (known !== undefined) return known;
      throw error;
    }
  }

  async #read(): Promise<Content> {
    const [rooms, patients] = await Promise.all([
      readAllPages(this.#calls, (from, to) =>
        this.#client.from('rooms').select('id, name').order('id').range(from, to),
      ),
      readAllPages(this.#calls, (from, to) =>
        this.#client
          .from('patients')
          .select('id, room_id, name, bed')
          .is('removed_at', null)
          .order('id')
          .range(from, to),
      ),
    ]);
    this.#content = {
      rooms: new Map(rooms.map((room) => [room.id, room])),
      patients: new Map(
        patients.map(({ id, room_id: roomId, name, bed }) => [id, { id, roomId, name, bed }]),
      ),
      readAt: this.#clock(),
    };
    return this.#content;
  }
}
