import { EventEmitter } from 'node:events';
import { HavenError, type StreamEndReason } from '@haven/protocol';
import { KeyedQueue } from './keyed-queue.ts';
import type { MediaWorkers } from './media-workers.ts';
import { DEVICE_RETURN_MS, Stream, type StreamIdentity } from './stream.ts';

type StreamRegistryEvents = { created: [Stream] };

/** All streams, at most one a patient. */
export class StreamRegistry extends EventEmitter<StreamRegistryEvents> {
  readonly #workers: MediaWorkers;
  readonly #clock: () => number;
  readonly #publishing = new KeyedQueue();
  readonly #byId = new Map<string, Stream>();
  readonly #byPatient = new Map<string, Stream>();
  #closed = false;

  constructor(workers: MediaWorkers, clock: () => number) {
    super();
    this.#workers = workers;
    this.#clock = clock;
  }

  get size(): number {
    return this.#byId.size;
  }

  /**
   * Claims the patient's stream. The same device publishing again takes its own stream over.
   * @throws HavenError PATIENT_HAS_DEVICE, CAPACITY_EXCEEDED, SHUTTING_DOWN
   */
  publish(identity: StreamIdentity): Promise<Stream> {
    return this.#publishing.run(identity.patientId, async () => {
      this.#assertFree(identity);
      const mediaWorker = await this.#workers.acquire('device');
      const stream = await Stream.create(identity, mediaWorker, this.#clock);
      if (this.#closed) {
        stream.end('server-stopping');
        throw new HavenError('SHUTTING_DOWN');
      }
      this.#byPatient.get(identity.patientId)?.end('superseded');
      this.#add(stream);
      return stream;
    });
  }

  get(streamId: string): Stream | undefined {
    return this.#byId.get(streamId);
  }

  ofPatient(patientId: string): Stream | undefined {
    return this.#byPatient.get(patientId);
  }

  /** Those that viewers know of. */
  live(): Stream[] {
    return [...this.#byId.values()].filter((stream) => stream.live);
  }

  /**
   * Reads how every stream fares.
   * @returns what went wrong; a stream that goes away meanwhile tells its end by its own event
   */
  async examine(): Promise<unknown[]> {
    const streams = [...this.#byId.values()];
    const results = await Promise.allSettled(streams.map((stream) => stream.examine()));
    const failures: unknown[] = [];
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected' && streams[index]?.ended === false) failures.push(result.reason);
    }
    return failures;
  }

  close(reason: StreamEndReason): void {
    this.#closed = true;
    for (const stream of [...this.#byId.values()]) stream.end(reason);
  }

  #assertFree({ patientId, deviceId }: StreamIdentity): void {
    if (this.#closed) throw new HavenError('SHUTTING_DOWN');
    const current = this.#byPatient.get(patientId);
    if (current !== undefined && current.identity.deviceId !== deviceId) {
      throw new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: DEVICE_RETURN_MS });
    }
  }

  #add(stream: Stream): void {
    const { patientId } = stream.identity;
    this.#byId.set(stream.streamId, stream);
    this.#byPatient.set(patientId, stream);
    stream.once('ended', () => {
      this.#byId.delete(stream.streamId);
      if (this.#byPatient.get(patientId) === stream) this.#byPatient.delete(patientId);
    });
    this.emit('created', stream);
  }
}
