import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** A node that says nothing for this long, ms, is no longer offered to anybody. */
const MEMBER_TTL_MS = 6_000;
/** How often a node says that it is there, and looks who else is, ms. */
const BEAT_INTERVAL_MS = 2_000;
const KEY = 'haven:nodes';
/** A cluster is a ward's or a hospital's: more nodes than this are a mistake. */
const MOST_MEMBERS = 64;

export const memberSchema = z.object({
  node: z.string().min(1).max(64),
  /** Where other nodes reach its HTTP port. */
  url: z.url().max(512),
  startedAt: z.number().int(),
  draining: z.boolean(),
});
export type Member = z.infer<typeof memberSchema>;

/** Where a node is in its cluster, for whoever looks after it. */
export type ClusterState = {
  /** Other nodes, and how many of them answer. */
  others: number;
  reached: number;
  redisReachable: boolean;
};

type MembersEvents = { joined: [Member]; left: [Member]; changed: [Member] };

const answerSchema = z.array(z.string());

/** Says that this node is there, drops who was silent, and answers with all others that are. */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local silent = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for _, node in ipairs(silent) do
  redis.call('HDEL', KEYS[2], node)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return redis.call('HVALS', KEYS[2])
`;

/**
 * The nodes of the cluster. While Redis is away nobody comes or goes: whether a node is really there is judged by the
 * links to it.
 */
export class Members extends EventEmitter<MembersEvents> {
  readonly #redis: Redis;
  readonly #others = new Map<string, Member>();
  readonly #timer: NodeJS.Timeout;
  #self: Member;
  #beating: Promise<void> | undefined;
  /** Until then nobody counts as gone, by performance.now(). */
  #patientUntil = -Infinity;

  constructor(redis: Redis, self: Member) {
    super();
    this.#redis = redis;
    this.#self = self;
    this.#timer = setInterval(() => void this.beat(), BEAT_INTERVAL_MS).unref();
    redis.on('ready', this.#redisReturned);
  }

  get others(): Member[] {
    return [...this.#others.values()];
  }

  /** Whether another node is in the cluster now. */
  has(node: string): boolean {
    return this.#others.has(node);
  }

  /** Says so to the others at once, as far as Redis answers. */
  async drain(draining: boolean): Promise<void> {
    this.#self = { ...this.#self, draining };
    await this.#beating;
    await this.beat();
  }

  /** Says that this node is there and learns of the others; called by a timer, and by whoever cannot wait for it. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat()
      .catch(() => undefined)
      .finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  /** Takes leave, so that nobody waits until it counts as silent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.off('ready', this.#redisReturned);
    await this.#beating;
    const { node } = this.#self;
    await this.#redis
      .multi()
      .zrem(KEY, node)
      .hdel(`${KEY}:about`, node)
      .exec()
      .catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const about = JSON.stringify(this.#self);
    const answer = await this.#redis.eval(
      BEAT,
      2,
      KEY,
      `${KEY}:about`,
      this.#self.node,
      about,
      MEMBER_TTL_MS,
    );
    const present = new Map<string, Member>();
    for (const text of answerSchema.parse(answer).slice(0, MOST_MEMBERS)) {
      const member = memberSchema.safeParse(parse(text));
      if (member.success && member.data.node !== this.#self.node) present.set(member.data.node, member.data);
    }
    for (const member of this.#others.values()) {
      if (present.has(member.node) || performance.now() < this.#patientUntil) continue;
      this.#others.delete(member.node);
      this.emit('left', member);
    }
    for (const member of present.values()) this.#see(member);
  }

  /** It may have come back without what it knew: the others say anew that they are there. */
  readonly #redisReturned = (): void => {
    this.#patientUntil = performance.now() + MEMBER_TTL_MS;
  };

  #see(member: Member): void {
    const before = this.#others.get(member.node);
    this.#others.set(member.node, member);
    if (before === undefined) this.emit('joined', member);
    else if (JSON.stringify(before) !== JSON.stringify(member)) this.emit('changed', member);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
