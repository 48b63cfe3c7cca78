import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KeyedQueue } from '../sfu/keyed-queue.ts';
import { RELEASE_LEASE, TAKE_LEASE } from './lease-script.ts';

/** A node that is gone loses its leases after this long, ms. */
export const LEASE_TTL_MS = 6_000;
/** How often leases are extended, ms: two attempts may fail before one runs out. */
const RENEW_INTERVAL_MS = 2_000;
const KEY_PREFIX = 'haven:lease:';

/** Who holds something, and since which epoch: a higher one is the later. */
export type Lease = { name: string; node: string; epoch: number; value: string };

type LeasesEvents = {
  /** Another node holds it now. */
  lost: [name: string, by: Lease];
};

const answerSchema = z.union([
  z.tuple([z.literal(1), z.coerce.number()]),
  z.tuple([z.literal(0), z.coerce.number(), z.string(), z.string()]),
]);
const fieldsSchema = z.object({ node: z.string(), epoch: z.coerce.number(), value: z.string() });

/**
 * What this node alone may do in the cluster, such as watching over a patient. While Redis is away it keeps what it
 * holds, since nobody else can take it either; when Redis answers again, whoever took it meanwhile has the higher epoch.
 */
export class Leases extends EventEmitter<LeasesEvents> {
  readonly #redis: Redis;
  readonly node: string;
  readonly #held = new Map<string, { epoch: number; value: string }>();
  readonly #queue = new KeyedQueue();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> | undefined;

  constructor(redis: Redis, node: string) {
    super();
    this.#redis = redis;
    this.node = node;
    this.#timer = setInterval(() => void this.renew(), RENEW_INTERVAL_MS).unref();
  }

  /** The epoch under which this node holds it; undefined when it does not. */
  epochOf(name: string): number | undefined {
    return this.#held.get(name)?.epoch;
  }

  /**
   * Takes a lease, or keeps it with another value.
   * @param seize also from another node, which hears of it when it renews
   * @param unlessHeld leaves one as it is that this node holds
   * @returns the lease as it is now: this node's, or another's
   * @throws Error when Redis does not answer
   */
  take(name: string, value: string, { seize = false, unlessHeld = false } = {}): Promise<Lease> {
    return this.#queue.run(name, async () => {
      const held = this.#held.get(name);
      if (unlessHeld && held !== undefined) return { name, node: this.node, ...held };
      const lease = await this.#ask(name, value, held?.epoch ?? 0, seize);
      if (lease.node === this.node) this.#held.set(name, { epoch: lease.epoch, value });
      return lease;
    });
  }

  /** Gives it back; when Redis is away it runs out by itself. */
  release(name: string): Promise<void> {
    return this.#queue.run(name, async () => {
      const held = this.#held.get(name);
      this.#held.delete(name);
      if (held === undefined) return;
      await this.#redis
        .eval(RELEASE_LEASE, 1, keyOf(name), this.node, String(held.epoch))
        .catch(() => undefined);
    });
  }

  /** Who holds it. @throws Error when Redis does not answer */
  async holderOf(name: string): Promise<Lease | undefined> {
    const fields = fieldsSchema.safeParse(await this.#redis.hgetall(keyOf(name)));
    return fields.success ? { name, ...fields.data } : undefined;
  }

  /** Extends what is held; called by a timer, and by whoever cannot wait for it. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renewAll().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#held.keys()].map((name) => this.release(name)));
  }

  async #renewAll(): Promise<void> {
    await Promise.all(
      [...this.#held.keys()].map((name) =>
        this.#queue.run(name, () => this.#extend(name)).catch(() => undefined),
      ),
    );
  }

  async #extend(name: string): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined) return;
    const lease = await this.#ask(name, held.value, held.epoch, false);
    if (lease.node !== this.node || lease.epoch !== held.epoch) {
      // Somebody held it in between: what this node did meanwhile it did under an old epoch.
      this.#held.delete(name);
      if (lease.node === this.node)
        await this.#redis.eval(RELEASE_LEASE, 1, keyOf(name), this.node, lease.epoch);
      this.emit('lost', name, lease);
    }
  }

  async #ask(name: string, value: string, epoch: number, seize: boolean): Promise<Lease> {
    const answer = await this.#redis.eval(
      TAKE_LEASE,
      2,
      keyOf(name),
      `${keyOf(name)}:epoch`,
      this.node,
      LEASE_TTL_MS,
      value,
      epoch,
      seize ? 1 : 0,
    );
    const [taken, heldEpoch, node, heldValue] = answerSchema.parse(answer);
    return taken === 1
      ? { name, node: this.node, epoch: heldEpoch, value }
      : { name, node, epoch: heldEpoch, value: heldValue };
  }
}

function keyOf(name: string): string {
  return `${KEY_PREFIX}${name}`;
}
