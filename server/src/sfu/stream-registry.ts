import { EventEmitter } from 'node:events';
import { HavenError, type StreamEndReason } from '@haven/protocol';
import { HeldOffDevices } from './held-off-devices.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { MediaWorkers } from './media-workers.ts';
import { DEVICE_RETURN_MS } from './device-presence.ts';
import { Stream, type StreamIdentity } from './stream.ts';

/** Who has a patient, where other nodes may have them too. */
export interface StreamClaims {
  /** @throws HavenError PATIENT_HAS_DEVICE */
  claim(identity: StreamIdentity): Promise<void>;
  release(patientId: string): Promise<void>;
}

type StreamRegistryEvents = { created: [Stream] };

/** All streams, at most one a patient. */
export class StreamRegistry extends EventEmitter<StreamRegistryEvents> {
  readonly #workers: Pick<MediaWorkers, 'acquire'>;
  readonly #clock: () => number;
  readonly #publishing = new KeyedQueue();
  readonly #byId = new Map<string, Stream>();
  readonly #byPatient = new Map<string, Stream>();
  readonly #heldOff: HeldOffDevices;
  #claims: StreamClaims | undefined;
  readonly #examining = new Set<Stream>();
  #closed = false;

  constructor(workers: Pick<MediaWorkers, 'acquire'>, clock: () => number) {
    super();
    this.#workers = workers;
    this.#clock = clock;
    this.#heldOff = new HeldOffDevices(clock);
  }

  /** Asks from now on whether another node has the patient. */
  claimBy(claims: StreamClaims): void {
    this.#claims = claims;
  }

  get size(): number {
    return this.#byId.size;
  }

  /**
   * Claims the patient's stream. The same device publishing again takes its own stream over.
   * @throws HavenError PATIENT_HAS_DEVICE, BITRATE_EXCEEDED, CAPACITY_EXCEEDED, SHUTTING_DOWN
   */
  publish(identity: StreamIdentity): Promise<Stream> {
    return this.#publishing.run(identity.patientId, async () => {
      this.#assertFree(identity);
      await this.#claims?.claim(identity);
      try {
        return await this.#create(identity);
      } catch (error) {
        await this.#releaseUnused(identity.patientId);
        throw error;
      }
    });
  }

  get(streamId: string): Stream | undefined {
    return this.#byId.get(streamId);
  }

  ofPatient(patientId: string): Stream | undefined {
    return this.#byPatient.get(patientId);
  }

  get all(): readonly Stream[] {
    return [...this.#byId.values()];
  }

  /** Those that viewers know of. */
  live(): Stream[] {
    return [...this.#byId.values()].filter((stream) => stream.live);
  }

  /**
   * Reads how every stream fares; one whose media worker has not answered yet is left out, and holds up no other.
   * @returns what went wrong; a stream that goes away meanwhile tells its end by its own event
   */
  async examine(): Promise<unknown[]> {
    const streams = [...this.#byId.values()].filter((stream) => !this.#examining.has(stream));
    const results = await Promise.allSettled(streams.map((stream) => this.#examine(stream)));
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

  /** Gives the patient back to the other nodes, unless their device is here, or is coming. */
  letGo(patientId: string): Promise<void> {
    return this.#publishing.run(patientId, () => this.#releaseUnused(patientId));
  }

  async #create(identity: StreamIdentity): Promise<Stream> {
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
  }

  async #releaseUnused(patientId: string): Promise<void> {
    if (!this.#byPatient.has(patientId)) await this.#claims?.release(patientId);
  }

  async #examine(stream: Stream): Promise<void> {
    this.#examining.add(stream);
    try {
      await stream.examine();
    } finally {
      this.#examining.delete(stream);
    }
  }

  #assertFree({ patientId, deviceId }: StreamIdentity): void {
    if (this.#closed) throw new HavenError('SHUTTING_DOWN');
    this.#heldOff.assertFree(deviceId);
    const current = this.#byPatient.get(patientId);
    if (current !== undefined && current.identity.deviceId !== deviceId) {
      throw new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: DEVICE_RETURN_MS });
    }
  }

  #add(stream: Stream): void {
    const { deviceId, patientId } = stream.identity;
    this.#byId.set(stream.streamId, stream);
    this.#byPatient.set(patientId, stream);
    stream.once('ended', (reason) => {
      if (reason === 'bitrate-exceeded') this.#heldOff.hold(deviceId);
      this.#byId.delete(stream.streamId);
      if (this.#byPatient.get(patientId) !== stream) return;
      this.#byPatient.delete(patientId);
      // After the queue's turn: whoever publishes the patient anew claims first.
      void this.letGo(patientId);
    });
    this.emit('created', stream);
  }
}
