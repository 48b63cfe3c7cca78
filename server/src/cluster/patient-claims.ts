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
  lost: [patientId: string, holder: Holder];
  /** This node was away for a while, in which others watched over the patient: their device is here, or nobody's now. */
  contested: [patientId: string];
};

/** The node that has a patient, and the device there, if one is known. */
export type Holder = { node: string; deviceId: string | undefined };

/** The pictures of a patient whose device is at this node: before the first one, arriving, or without any for a while. */
export type Pictures = 'awaited' | 'arriving' | 'lost';

export type PatientClaimsOptions = {
  leases: Leases;
  /** The device of the patient at another node, as far as that one has told. */
  deviceElsewhere: (patientId: string) => string | undefined;
  /** Undefined: the patient's device is not at this node. */
  pictures: (patientId: string) => Pictures | undefined;
  /** Whether this node watches over alerts of the patient. */
  isWatchedOver: (patientId: string) => boolean;
  /** Whether that node is in the cluster now. */
  isThere: (node: string) => boolean;
};

/** Sees to it that a patient's stream is at one node only, and that their alerts are watched over by one. */
export class PatientClaims extends EventEmitter<PatientClaimsEvents> implements StreamClaims {
  readonly #options: PatientClaimsOptions;
  /** Claims that Redis has not seen yet, by patient, with the device. */
  readonly #waiting = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #settling: Promise<void> | undefined;

  constructor(options: PatientClaimsOptions) {
    super();
    this.#options = options;
    options.leases.on('lost', this.#lost);
    this.#timer = setInterval(() => void this.settle(), RETRY_INTERVAL_MS).unref();
  }

  /** The same device takes its patient over from another node. @throws HavenError PATIENT_HAS_DEVICE */
  async claim({ patientId, deviceId }: StreamIdentity): Promise<void> {
    const refusal = () => new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: RETRY_AFTER_MS });
    let holder: string | undefined;
    try {
      holder = await this.#take(patientId, deviceId);
    } catch {
      // Redis is away: what the other nodes have told must do.
      const elsewhere = this.#options.deviceElsewhere(patientId);
      if (elsewhere !== undefined && elsewhere !== deviceId) throw refusal();
      this.#waiting.set(patientId, deviceId);
      return;
    }
    if (holder !== undefined) throw refusal();
    this.#waiting.delete(patientId);
  }

  /** The patient's stream has ended: the lease stays as long as this node watches over alerts of theirs. */
  async release(patientId: string): Promise<void> {
    this.#waiting.delete(patientId);
    const name = nameOf(patientId);
    if (this.#options.isWatchedOver(patientId)) await this.#keep(name);
    else await this.#options.leases.release(name);
  }

  /**
   * Takes the patient, whom no other node has, to watch over their alerts.
   * @returns the node that has the patient now; undefined while that cannot be known
   */
  async watchOver(patientId: string): Promise<string | undefined> {
    const { leases, isThere } = this.#options;
    // Their device is here, which is more.
    if (this.#waiting.has(patientId)) return undefined;
    const name = nameOf(patientId);
    const held = leases.epochOf(name) !== undefined;
    const lease = await leases.take(name, WATCHED_ONLY, { unlessHeld: true }).catch(() => undefined);
    if (lease === undefined) return undefined;
    const isOwn = lease.node === leases.node;
    if (isOwn && !held) this.emit('won', patientId);
    // Not to a node that is gone: its lease runs out.
    if (!isOwn && isThere(lease.node)) this.#tellHolder(patientId, lease);
    return lease.node;
  }

  /** Whether this node has the patient, as far as it knows. */
  has(patientId: string): boolean {
    return this.#waiting.has(patientId) || this.#options.leases.epochOf(nameOf(patientId)) !== undefined;
  }

  /** Another node says that it has the patient. */
  recheck(patientId: string): void {
    if (this.has(patientId)) void this.#options.leases.renew();
  }

  /** Tells Redis of what was claimed without it. Called by a timer. */
  settle(): Promise<void> {
    this.#settling ??= this.#settleAll().finally(() => (this.#settling = undefined));
    return this.#settling;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#options.leases.off('lost', this.#lost);
  }

  /**
   * A node that only watches over the patient's alerts, or had the same device, gives way.
   * @returns the node that has the patient, with another device; undefined: this one has them now
   * @throws Error when Redis does not answer
   */
  async #take(patientId: string, deviceId: string): Promise<string | undefined> {
    const { leases } = this.#options;
    const name = nameOf(patientId);
    const held = leases.epochOf(name) !== undefined;
    const lease = await leases.take(name, deviceId);
    if (lease.node !== leases.node) {
      if (lease.value !== deviceId && lease.value !== WATCHED_ONLY) return lease.node;
      await leases.take(name, deviceId, { seize: true });
    }
    if (!held) this.emit('won', patientId);
    return undefined;
  }

  async #keep(name: string): Promise<void> {
    if (this.#options.leases.epochOf(name) === undefined) return;
    // Redis away: it keeps the device's name, which hinders no device that comes back.
    await this.#options.leases.take(name, WATCHED_ONLY).catch(() => undefined);
  }

  async #settleAll(): Promise<void> {
    for (const [patientId, deviceId] of [...this.#waiting]) {
      try {
        await this.#settle(patientId, deviceId);
      } catch {
        // Redis does not answer yet.
        return;
      }
    }
  }

  /**
   * The same device may be claimed by two nodes: where its pictures arrive is where it is. The old node may hold it
   * still, or have settled first.
   */
  async #settle(patientId: string, deviceId: string): Promise<void> {
    const pictures = this.#options.pictures(patientId);
    if (pictures !== 'arriving' && pictures !== 'lost') return;
    const take =
      pictures === 'arriving' ? this.#take(patientId, deviceId) : this.#takeIfFree(patientId, deviceId);
    const node = await take;
    if (this.#waiting.get(patientId) !== deviceId) return;
    this.#waiting.delete(patientId);
    if (node !== undefined) this.emit('lost', patientId, { node, deviceId: undefined });
  }

  /** As `#take`, and leaves the patient to whichever node has them. */
  async #takeIfFree(patientId: string, deviceId: string): Promise<string | undefined> {
    const { leases } = this.#options;
    const { node } = await leases.take(nameOf(patientId), deviceId);
    if (node !== leases.node) return node;
    this.emit('won', patientId);
    return undefined;
  }

  readonly #lost = (name: string, by: Lease): void => {
    if (name.startsWith(PREFIX)) this.#tellHolder(name.slice(PREFIX.length), by);
  };

  /** Whoever only watches over a patient does not take them from the node to which their device sends. */
  #tellHolder(patientId: string, { node, value }: Lease): void {
    const isFree = node === this.#options.leases.node;
    const isOnlyWatched = value === WATCHED_ONLY && this.#options.pictures(patientId) !== undefined;
    if (isFree || isOnlyWatched) this.emit('contested', patientId);
    else this.emit('lost', patientId, { node, deviceId: value === WATCHED_ONLY ? undefined : value });
  }
}

const PREFIX = 'patient:';
/** In the place of a device: the node has none of the patient, and watches over their alerts. */
const WATCHED_ONLY = '-';

function nameOf(patientId: string): string {
  return `${PREFIX}${patientId}`;
}
