import { startRedis, type RedisServer } from '../records/testing/redis.ts';
import { freePort } from './free-port.ts';
import { NODE_SECRET } from './bare-node.ts';
import { eventually } from './eventually.ts';
import { TestServer } from './test-server.ts';

/** Two test servers that are one system, with a real Redis between them. */
export class TwoNodes {
  redis: RedisServer & { port: number };
  a: TestServer;
  b: TestServer;
  readonly #settings: Record<string, string>;

  private constructor(
    redis: TwoNodes['redis'],
    a: TestServer,
    b: TestServer,
    settings: Record<string, string>,
  ) {
    this.redis = redis;
    this.a = a;
    this.b = b;
    this.#settings = settings;
  }

  /** @param settings of both, beside those that make them one system */
  static async start(settings: Record<string, string> = {}): Promise<TwoNodes> {
    const redis = await startRedis();
    const start = (name: string) => startNode(name, redis.url, settings);
    const nodes = new TwoNodes(redis, ...(await Promise.all([start('a'), start('b')])), settings);
    const { a, b } = nodes;
    await eventually(() => isLinked(a) && isLinked(b), 'the nodes are linked', 10_000);
    return nodes;
  }

  get linked(): boolean {
    return isLinked(this.a) && isLinked(this.b);
  }

  /** After it was closed. */
  async restartA(): Promise<void> {
    this.a = await startNode('a', this.redis.url, this.#settings);
    await eventually(() => isLinked(this.b), 'a is back', 10_000);
  }

  async restartRedis(): Promise<void> {
    this.redis = await startRedis(this.redis.port);
    const isBack = () => [this.a, this.b].every((node) => node.gauge('haven_cluster_redis_reachable') === 1);
    await eventually(isBack, 'Redis answers again', 10_000);
  }

  async close(): Promise<void> {
    await Promise.all([this.a.close(), this.b.close()]);
    await this.redis.kill();
  }
}

/** A test server as a node of the cluster around this Redis. */
export async function startNode(
  name: string,
  redisUrl: string,
  settings: Record<string, string> = {},
): Promise<TestServer> {
  const port = String(await freePort());
  return TestServer.start({
    PORT: port,
    REDIS_URL: redisUrl,
    HAVEN_NODE_ID: name,
    HAVEN_NODE_URL: `http://127.0.0.1:${port}`,
    HAVEN_CLUSTER_SECRET: NODE_SECRET,
    ...settings,
  });
}

function isLinked(node: TestServer): boolean {
  return node.gauge('haven_cluster_nodes') === 1;
}
