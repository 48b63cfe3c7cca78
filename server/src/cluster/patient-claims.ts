import { EventEmitter } from 'node:events';
import { HavenError } from '@haven/protocol';
import type { StreamClaims } from '../sfu/stream-registry.ts';
import type { StreamIdentity } from '../sfu/stream.ts';
import type { Lease, Leases } from './leases.ts';

/** When a refused device may try again, ms: by then the lease of a node that is gone has run out. */
const RETRY_AFTER_MS = 6_000;
/** How often a claim that Redis could not take is tried again, ms. */
const RETRY_INTERVAL_MS = 2_000;

type PatientClaimsEvents = {
  /** This node has the patient, whom another may have had. */
  won: [patientId: string];
  /** Another node has the patient now. */
  lost: [patientId: string];
  /** This node was away for a while, in which others watched over the patient; their device is here all the same. */
  contested: [patientId: string];
};

export type PatientClaimsOptions = {
  leases: Leases;
  /** The device of the patient at another node, as far as that one has told. */
  deviceElsewhere: (patientId: string) => string | undefined;
  /** Whether the patient's device publishes at this node. */
  isPublished: (patientId: string) => boolean;
  /** Whether this node watches over alerts of the patient. */
  isWatchedOver: (patientId: string) => boolean;
};

/** Sees to it that a patient's stream is at one node only, and that their alerts are watched over by one. */
export class PatientClaims extends EventEmitter<PatientClaimsEvents> implements StreamClaims {
  readonly #options: PatientClaimsOptions;
  /** Claims that Redis has not seen yet, by patient, with the device. */
  readonly #waiting = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: PatientClaimsOptions) {
    super();
    this.#options = options;
    options.leases.on('lost', this.#lost);
    this.#timer = setInterval(() => void this.settle(), RETRY_INTERVAL_MS).unref();
  }

  /** The same device takes its patient over from another node. @throws HavenError PATIENT_HAS_DEVICE */
  async claim({ patientId, deviceId }: StreamIdentity): Promise<void> {
    const { leases, deviceElsewhere } = this.#options;
    const refusal = () => new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: RETRY_AFTER_MS });
    const name = nameOf(patientId);
    const held = leases.epochOf(name) !== undefined;
    try {
      const lease = await leases.take(name, deviceId);
      if (leases.epochOf(name) !== lease.epoch) {
        // A node that only watches over the patient's alerts, or had the same device, gives way.
        if (lease.value !== deviceId && lease.value !== WATCHED_ONLY) throw refusal();
        await leases.take(name, deviceId, { seize: true });
      }
      if (!held) this.emit('won', patientId);
    } catch (error) {
      if (error instanceof HavenError) throw error;
      // Redis is away: what the other nodes have told must do.
      const elsewhere = deviceElsewhere(patientId);
      if (elsewhere !== undefined && elsewhere !== deviceId) throw refusal();
      this.#waiting.set(patientId, deviceId);
    }
  }

  /** The patient's stream has ended: the lease stays as long as this node watches over alerts of theirs. */
  async release(patientId: string): Promise<void> {
    this.#waiting.delete(patientId);
    const name = nameOf(patientId);
    if (this.#options.isWatchedOver(patientId)) await this.#keep(name);
    else await this.#options.leases.release(name);
  }

  /** Takes the patient, whom no other node has, to watch over their alerts. */
  async watchOver(patientId: string): Promise<void> {
    const { leases } = this.#options;
    const name = nameOf(patientId);
    if (leases.epochOf(name) !== undefined) return;
    const lease = await leases.take(name, WATCHED_ONLY).catch(() => undefined);
    if (lease === undefined) return;
    this.emit(leases.epochOf(name) === lease.epoch ? 'won' : 'lost', patientId);
  }

  /** Whether this node has the patient, as far as it knows. */
  has(patientId: string): boolean {
    return this.#waiting.has(patientId) || this.#options.leases.epochOf(nameOf(patientId)) !== undefined;
  }

  /** Another node says that it has the patient. */
  recheck(patientId: string): void {
    if (this.has(patientId)) void this.#options.leases.renew();
  }

  async #keep(name: string): Promise<void> {
    if (this.#options.leases.epochOf(name) === undefined) return;
    // Redis away: it keeps the device's name, which hinders no device that comes back.
    await this.#options.leases.take(name, WATCHED_ONLY).catch(() => undefined);
  }

  /** Tells Redis of what was claimed without it; whoever told it first has the patient. */
  async settle(): Promise<void> {
    for (const [patientId, deviceId] of [...this.#waiting]) {
      const { leases } = this.#options;
      const lease = await leases.take(nameOf(patientId), deviceId).catch(() => undefined);
      if (lease === undefined) return;
      if (this.#waiting.get(patientId) !== deviceId) continue;
      this.#waiting.delete(patientId);
      if (leases.epochOf(nameOf(patientId)) !== lease.epoch) this.emit('lost', patientId);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#options.leases.off('lost', this.#lost);
  }

  readonly #lost = (name: string, { node, value }: Lease): void => {
    if (!name.startsWith(PREFIX)) return;
    const patientId = name.slice(PREFIX.length);
    const nobodyElse = value === WATCHED_ONLY || node === this.#options.leases.node;
    const contested = nobodyElse && this.#options.isPublished(patientId);
    this.emit(contested ? 'contested' : 'lost', patientId);
  };
}

const PREFIX = 'patient:';
/** In the place of a device: the node has none of the patient, and watches over their alerts. */
const WATCHED_ONLY = '-';

function nameOf(patientId: string): string {
  return `${PREFIX}${patientId}`;
}
