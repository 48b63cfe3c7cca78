import { HavenError, type AnalysisMode, type Patient, type Room } from '@haven/protocol';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { ProcessDirectoryCache, type Directory, type DirectoryCache } from './directory-cache.ts';
import { readAllPages } from './paging.ts';
import { RedisDirectoryCache } from './redis-directory-cache.ts';
import { StoreRefusedError, type StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';

/** A change by an administrator is seen after this long, as a change of rights is. */
const FRESH_MS = 2000;

export type DirectoryOptions = {
  client: StoreClient;
  calls: StoreCalls;
  telemetry: Telemetry;
  clock: () => number;
  redisUrl: string | undefined;
};

/** Who lies where. While the store is away, the last known answer serves: a ward goes on working. */
export class PatientDirectory {
  readonly #client: StoreClient;
  readonly #calls: StoreCalls;
  /** The nearest first. */
  readonly #caches: readonly DirectoryCache[];
  readonly #count: { hits: Counter; misses: Counter };
  #hits = 0;
  #misses = 0;
  #known: Directory | undefined;
  #reading: Promise<Directory> | undefined;

  constructor({ client, calls, telemetry, clock, redisUrl }: DirectoryOptions) {
    this.#client = client;
    this.#calls = calls;
    // What the far cache hands over has its time there behind it: together they are not older than one may be.
    const ttlMs = redisUrl === undefined ? FRESH_MS : FRESH_MS / 2;
    this.#caches = [
      new ProcessDirectoryCache(ttlMs, clock),
      ...(redisUrl === undefined ? [] : [new RedisDirectoryCache(redisUrl, ttlMs, telemetry)]),
    ];
    this.#count = {
      hits: telemetry.counter('haven_cache_hits_total', 'Questions that a cache answered'),
      misses: telemetry.counter('haven_cache_misses_total', 'Questions that went on to the record store'),
    };
    telemetry.gauge('haven_cache_hit_rate', 'Share of questions since the start that a cache answered', () =>
      this.#hits === 0 ? 0 : this.#hits / (this.#hits + this.#misses),
    );
  }

  /** Whether the cache that servers share answers; undefined where there is none. */
  get sharedCacheReachable(): boolean | undefined {
    return this.#caches.find(({ reachable }) => reachable !== undefined)?.reachable;
  }

  async rooms(): Promise<Room[]> {
    return [...(await this.#current()).rooms];
  }

  /** @throws HavenError PATIENT_UNKNOWN, STORAGE_UNAVAILABLE when the store never answered */
  async patient(patientId: string): Promise<Patient> {
    const { patients } = await this.#current();
    const patient = patients.find(({ id }) => id === patientId);
    if (patient === undefined) throw new HavenError('PATIENT_UNKNOWN');
    return patient;
  }

  async patientsOf(roomIds: Iterable<string>): Promise<Patient[]> {
    const wanted = new Set(roomIds);
    const { patients } = await this.#current();
    return patients.filter(({ roomId }) => wanted.has(roomId));
  }

  /** Known here when it resolves, elsewhere as every change is. @throws HavenError PATIENT_UNKNOWN, STORAGE_UNAVAILABLE */
  async setAnalysisMode(patientId: string, analysisMode: AnalysisMode): Promise<void> {
    const change = { p_patient: patientId, p_change: { analysisMode } };
    try {
      await this.#calls.make(() => this.#client.rpc('change_patient', change));
    } catch (error) {
      const code = error instanceof StoreRefusedError ? 'PATIENT_UNKNOWN' : 'STORAGE_UNAVAILABLE';
      throw new HavenError(code, undefined, { cause: error });
    }
    await this.#read();
  }

  async close(): Promise<void> {
    for (const cache of this.#caches) await cache.close();
  }

  async #current(): Promise<Directory> {
    const cached = await this.#cached();
    if (cached !== undefined) return cached;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    try {
      return await this.#reading;
    } catch (error) {
      if (this.#known !== undefined) return this.#known;
      throw error;
    }
  }

  async #cached(): Promise<Directory | undefined> {
    for (const [index, cache] of this.#caches.entries()) {
      const found = await cache.get();
      if (found === undefined) continue;
      this.#hits += 1;
      this.#count.hits.add(1, { cache: cache.name });
      for (const nearer of this.#caches.slice(0, index)) await nearer.put(found);
      this.#known = found;
      return found;
    }
    return undefined;
  }

  async #read(): Promise<Directory> {
    this.#misses += 1;
    this.#count.misses.add();
    const [rooms, patients] = await Promise.all([
      readAllPages(this.#calls, (from, to) =>
        this.#client.from('rooms').select('id, name').order('id').range(from, to),
      ),
      readAllPages(this.#calls, (from, to) =>
        this.#client
          .from('patients')
          .select('id, room_id, name, bed, analysis_mode')
          .is('removed_at', null)
          .order('id')
          .range(from, to),
      ),
    ]);
    const directory = {
      rooms,
      patients: patients.map(({ id, room_id: roomId, name, bed, analysis_mode: analysisMode }) => ({
        ...{ id, roomId, name, bed, analysisMode },
      })),
    };
    this.#known = directory;
    for (const cache of this.#caches) await cache.put(directory);
    return directory;
  }
}
