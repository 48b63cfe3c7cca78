import { randomBytes } from 'node:crypto';
import { startRedis } from '../../server/src/records/testing/redis.ts';
import { freePort } from '../../server/src/testing/free-port.ts';
import { readMetrics } from './metrics.ts';
import { forwardTcp, HavenServer, type User } from './haven-server.ts';
import { KillablePostgres } from './killable-postgres.ts';
import { until, type Program } from './process.ts';
import { TcpPath } from './tcp-path.ts';
import type { TestMachine, TestNetwork } from './test-network.ts';

/** The nodes have found each other within this time, ms, on a busy machine. */
const LINKED_WITHIN_MS = 20_000;

/** Two servers, `a` and `b`, that are one system: on one PostgreSQL and one Redis, which can be killed. */
export class Cluster {
  readonly a: HavenServer;
  readonly b: HavenServer;
  readonly database: KillablePostgres;
  /** By which `b` hears `a`, where both are on this machine; media go directly. */
  readonly wayToA: TcpPath | undefined;
  readonly #proxies: readonly Program[];
  #redis: Awaited<ReturnType<typeof startRedis>>;

  private constructor(
    nodes: readonly [HavenServer, HavenServer],
    database: KillablePostgres,
    redis: Awaited<ReturnType<typeof startRedis>>,
    proxies: readonly Program[],
    wayToA: TcpPath | undefined,
  ) {
    [this.a, this.b] = nodes;
    this.wayToA = wayToA;
    this.#proxies = proxies;
    this.database = database;
    this.#redis = redis;
  }

  /**
   * @param settings of both nodes
   * @param machines of each node, when not this one: `network` is what they and this one are at
   */
  static async start(
    settings: Record<string, string> = {},
    machines?: { network: TestNetwork; a: TestMachine; b: TestMachine },
  ): Promise<Cluster> {
    const [database, redis] = await Promise.all([KillablePostgres.start(), startRedis()]);
    const shared = machines?.network.address ?? '127.0.0.1';
    const proxies = await Promise.all(
      machines === undefined
        ? []
        : [database.url, redis.url].map((url) => {
            const { port } = new URL(url);
            return forwardTcp([`${shared}:${port}`, `127.0.0.1:${port}`]);
          }),
    );
    const secret = randomBytes(32).toString('hex');
    const portOfA = await freePort();
    const wayToA = machines === undefined ? await TcpPath.open(`http://127.0.0.1:${portOfA}`) : undefined;
    const start = async (node: 'a' | 'b') => {
      const port = String(node === 'a' ? portOfA : await freePort());
      const machine = machines?.[node];
      const address = machine?.address ?? '127.0.0.1';
      return HavenServer.start(
        {
          PORT: port,
          HAVEN_NODE_ID: node,
          HAVEN_NODE_URL: (node === 'a' ? wayToA?.url : undefined) ?? `http://${address}:${port}`,
          HAVEN_CLUSTER_SECRET: secret,
          DATABASE_URL: database.url.replace('127.0.0.1', shared),
          REDIS_URL: redis.url.replace('127.0.0.1', shared),
          ...(machine === undefined ? {} : { HAVEN_ANNOUNCED_ADDRESS: address }),
          ...settings,
        },
        machine,
      );
    };
    // At once, as an operator's machines start after a power cut.
    const nodes = await Promise.all([start('a'), start('b')]);
    const cluster = new Cluster(nodes, database, redis, proxies, wayToA);
    await cluster.linked();
    return cluster;
  }

  /** The clinician, whose password is with the node that was first to make the users. */
  get user(): User {
    const users = [this.a, this.b].flatMap((node) => node.newUsers());
    const user = users.find(({ email }) => email.startsWith('clinician@'));
    if (user === undefined) throw new Error('no node made the users');
    return user;
  }

  /** Waits until each node is told what happens at the other. */
  async linked(): Promise<void> {
    await until('the nodes to be linked', LINKED_WITHIN_MS, async () => {
      const others = await Promise.all(
        [this.a, this.b].map(async (node) => (await readMetrics(node)).get('haven_cluster_nodes')),
      );
      return others.every((count) => count === 1);
    });
  }

  async killRedis(): Promise<void> {
    await this.#redis.kill();
  }

  /** At the same address, without what it knew. */
  async restartRedis(): Promise<void> {
    this.#redis = await startRedis(this.#redis.port);
  }

  async stop(): Promise<void> {
    await Promise.all([this.a.stop(), this.b.stop()]);
    await Promise.all([this.database.stop(), this.#redis.kill()]);
    for (const proxy of this.#proxies) await proxy.stop();
    await this.wayToA?.close();
  }
}
