import type { Redis } from 'ioredis';
import { connectRedis } from '../cluster/redis-link.ts';
import { startRedis } from '../records/testing/redis.ts';
import { BareNode, type BareNodeOptions } from './bare-node.ts';
import { eventually } from './eventually.ts';
import { QuietTelemetry } from './quiet-telemetry.ts';
import type { TestServer } from './test-server.ts';
import { startNode } from './two-nodes.ts';

/** A test server, `here`, and beside it a bare node, `other`, that says what a test has it say. */
export class NodeBeside {
  readonly link: Redis;
  readonly #redis: Awaited<ReturnType<typeof startRedis>>;
  #here: TestServer | undefined;
  #other: BareNode | undefined;

  private constructor(redis: Awaited<ReturnType<typeof startRedis>>, link: Redis) {
    this.#redis = redis;
    this.link = link;
  }

  /** As soon as it is there, before it has joined. */
  get other(): BareNode {
    if (this.#other === undefined) throw new Error('no other node has joined');
    return this.#other;
  }

  static async start(): Promise<NodeBeside> {
    const redis = await startRedis();
    const link = connectRedis(redis.url, new QuietTelemetry());
    await eventually(() => link.status === 'ready', 'Redis answers');
    return new NodeBeside(redis, link);
  }

  /** Another server, in a cluster of its own until a node joins it. */
  async startHere(): Promise<TestServer> {
    await this.link.flushall();
    this.#here = await startNode('here', this.#redis.url);
    return this.#here;
  }

  /** The other node joins, and both hear each other. */
  async join(answers: NonNullable<BareNodeOptions['answers']>): Promise<void> {
    const other = (this.#other = await BareNode.start('other', this.link, { answers }));
    await other.members.beat();
    await eventually(() => this.#here?.gauge('haven_cluster_nodes') === 1, 'the nodes are linked', 10_000);
    await eventually(() => other.mesh.isUp('here'), 'the other one hears', 10_000);
  }

  /** Ends both nodes. */
  async part(): Promise<void> {
    await this.#other?.close();
    await this.#here?.close();
  }

  async close(): Promise<void> {
    this.link.disconnect();
    await this.#redis.kill();
  }
}
