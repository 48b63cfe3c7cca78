/**
 * A real CV worker on a machine of its own, attached to both nodes of a cluster: it analyses the patients of each, by RTP
 * that crosses the network encrypted, and takes up its work again after its cable was pulled and after a node died.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import { Cluster } from './support/cluster.ts';
import { startDevice } from './support/device-agent.ts';
import type { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { Program, until } from './support/process.ts';
import { mayMakeNetworks, TestNetwork, type TestMachine } from './support/test-network.ts';

const [AT_A, AT_B] = ['P-101', 'P-102'] as const;
const SOURCE = ['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'];
/** A device or a worker comes back with growing waits; then pictures have to gather for a value. */
const PATIENCE_MS = 60_000;
/** What was under way when something died may still arrive, ms. */
const LEFT_OVER_MS = 2_000;

(hasRedis() && mayMakeNetworks() ? describe : describe.skip)('a CV worker on another machine', () => {
  let network: TestNetwork;
  let machines: Record<'a' | 'b' | 'worker', TestMachine>;
  let cluster: Cluster;
  let monitor: MonitorClient;
  const programs: Program[] = [];

  beforeAll(async () => {
    network = new TestNetwork();
    machines = { a: network.add(), b: network.add(), worker: network.add() };
    cluster = await Cluster.start(
      { HAVEN_CV_WORKERS: '0', HAVEN_TAP_ADDRESSES: machines.worker.address },
      { network, a: machines.a, b: machines.b },
    );
    const { a, b } = cluster;
    for (const [node, machine, patientId] of [
      [a, machines.a, AT_A],
      [b, machines.b, AT_B],
    ] as const) {
      const target = { url: node.ownUrl, deviceToken: (of: string) => a.deviceToken(of), machine };
      programs.push(await startDevice(target, patientId, ...SOURCE));
    }
    programs.push(
      new Program(
        'cv-worker/src/main.ts',
        [],
        {
          HAVEN_URL: [addressOf(a, machines.a), addressOf(b, machines.b)].join(','),
          HAVEN_CV_KEY: a.cvKey,
          HAVEN_CV_THREADS: '1',
          HAVEN_TAP_ADDRESS: machines.worker.address,
        },
        machines.worker,
      ),
    );
    monitor = await MonitorClient.join(a.url, (await a.signIn(cluster.user)).accessToken);
  }, 180_000);

  afterAll(async () => {
    monitor.close();
    await Promise.all(programs.map((program) => program.stop()));
    await cluster.stop();
    network.close();
  }, 60_000);

  /** Waits until a picture that was taken after this moment has been measured. */
  const measured = (patientId: string, since: number) =>
    until(`a measurement of ${patientId}`, PATIENCE_MS, () => {
      const takenAt = monitor.latest(patientId, 'motion', since)?.measuredAt ?? 0;
      return takenAt > since && takenAt;
    });
  const bothMeasured = (since: number) => Promise.all([measured(AT_A, since), measured(AT_B, since)]);

  test('measures the patients of both nodes', async () => {
    await bothMeasured(0);
  }, 90_000);

  test('is missed while its cable is pulled, and measures both again afterwards', async () => {
    machines.worker.pullCable();
    await until('the marks', PATIENCE_MS, () =>
      [AT_A, AT_B].every((patientId) =>
        monitor.streams.get(patientId)?.conditions.includes('analysis-stopped'),
      ),
    );
    machines.worker.plugIn();
    await bothMeasured(Date.now());
    await until('the marks to go', PATIENCE_MS, () =>
      [AT_A, AT_B].every(
        (patientId) => monitor.streams.get(patientId)?.conditions.includes('analysis-stopped') === false,
      ),
    );
  }, 150_000);

  test('goes on with the other node when one dies, and measures its patient again when it is back', async () => {
    await cluster.b.program.kill();
    const killedAt = Date.now();
    await measured(AT_A, killedAt + LEFT_OVER_MS);
    expect(monitor.latest(AT_B, 'motion', killedAt + LEFT_OVER_MS)).toBeUndefined();
    await cluster.b.run();
    await bothMeasured(Date.now());
  }, 180_000);
});

/** Where the machines on the network reach a node. */
function addressOf(node: HavenServer, { address }: TestMachine): string {
  return `http://${address}:${new URL(node.ownUrl).port}`;
}
