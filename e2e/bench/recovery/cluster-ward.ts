import { randomUUID } from 'node:crypto';
import { alertListSchema, type Alert, type DetectedEvent } from '@haven/protocol';
import { Balancer } from '../../support/balancer.ts';
import { Cluster } from '../../support/cluster.ts';
import { startDevice } from '../../support/device-agent.ts';
import type { HavenServer } from '../../support/haven-server.ts';
import { MonitorClient } from '../../support/monitor-client.ts';
import { until } from '../../support/process.ts';
import { happened, ScriptedCvWorker } from '../../support/scripted-cv-worker.ts';
import { TestNetwork, type TestMachine } from '../../support/test-network.ts';
import { WatchedWall } from '../../support/watched-wall.ts';
import { readMetrics } from '../../support/metrics.ts';
import { endAll, PATIENTS, SOURCE, type Ends } from './ward.ts';

const PATIENCE_MS = 60_000;
/** Another node has taken over what a node that is gone watched, and one that was cut off reaches its store again, ms. */
const TAKEN_OVER_MS = 60_000;

export type ClusterWardOptions = {
  patients: number;
  /**
   * `balancer`: devices and wall come by nginx. `apart`: devices at node a, the wall at node b. `machines`: each node on
   * a machine of its own; devices take turns, the first is at a, and the wall is at b.
   */
  layout: 'balancer' | 'apart' | 'machines';
  settings?: Record<string, string>;
};

type Parts = {
  cluster: Cluster;
  wall: WatchedWall;
  machines: Machines | undefined;
  balancer: Balancer | undefined;
};
type Machines = { network: TestNetwork; a: TestMachine; b: TestMachine };

/** Two nodes that are one system, real device agents, a scripted CV worker at each node, and a browser that watches. */
export class ClusterWard {
  readonly cluster: Cluster;
  readonly wall: WatchedWall;
  readonly machines: Machines | undefined;
  readonly balancer: Balancer | undefined;
  readonly #ends: Ends;
  readonly #workers = new Map<HavenServer, ScriptedCvWorker>();

  private constructor({ cluster, wall, machines, balancer }: Parts, ends: Ends) {
    this.cluster = cluster;
    this.wall = wall;
    this.machines = machines;
    this.balancer = balancer;
    this.#ends = ends;
    for (const node of this.nodes) {
      const worker = new ScriptedCvWorker(node.url, node.cvKey);
      this.#workers.set(node, worker);
      ends.push(() => worker.close());
    }
  }

  static async start({ patients, layout, settings = {} }: ClusterWardOptions): Promise<ClusterWard> {
    const ends: Ends = [];
    try {
      const machines = layout === 'machines' ? twoMachines() : undefined;
      ends.push(() => machines?.network.close());
      const cluster = await Cluster.start(
        { HAVEN_CV_WORKERS: '0', HAVEN_TRUSTED_PROXIES: '127.0.0.1', ...settings },
        machines,
      );
      ends.push(() => cluster.stop());
      const balancer =
        layout === 'balancer' ? await Balancer.start([cluster.a.url, cluster.b.url]) : undefined;
      ends.push(() => balancer?.stop());
      const patientIds = PATIENTS.slice(0, patients);
      for (const [index, patientId] of patientIds.entries()) {
        const [node, machine] =
          index % 2 === 1 && machines !== undefined ? [cluster.b, machines.b] : [cluster.a, machines?.a];
        const device = await startDevice(
          {
            url: balancer?.url ?? (machine === undefined ? node.url : node.ownUrl),
            deviceToken: (of) => cluster.a.deviceToken(of),
            machine,
          },
          patientId,
          ...SOURCE,
        );
        ends.push(() => device.stop());
        await until('the device to publish', PATIENCE_MS, () => device.output.includes('"publishing"'));
      }
      const { user } = cluster;
      const wall = await WatchedWall.open({ url: balancer?.url ?? cluster.b.url, user }, patientIds);
      ends.push(() => wall.close());
      return new ClusterWard({ cluster, wall, machines, balancer }, ends);
    } catch (error) {
      await endAll(ends);
      throw error;
    }
  }

  get nodes(): readonly [HavenServer, HavenServer] {
    return [this.cluster.a, this.cluster.b];
  }

  /** How many streams devices send to each node. */
  async streams(): Promise<[number, number]> {
    return await Promise.all([streamsAt(this.cluster.a), streamsAt(this.cluster.b)]);
  }

  /** The CV worker of whichever node has the patient sees this happen. */
  async happens(patientId: string, event: DetectedEvent): Promise<void> {
    const [worker, held] = await until('the assignment', PATIENCE_MS, () => {
      const holding = [...this.#workers.values()].find((each) => each.of(patientId) !== undefined);
      const assignment = holding?.of(patientId);
      return holding !== undefined && assignment !== undefined && ([holding, assignment] as const);
    });
    await worker.post([happened(held, event)]);
  }

  /** Active alerts of this rule as a wall that comes now is told of them. */
  async shownAt(node: HavenServer, rule: Alert['rule']): Promise<Alert[]> {
    return await this.#visit(node, (monitor) =>
      Promise.resolve(monitor.snapshot.alerts.filter((alert) => alert.rule === rule)),
    );
  }

  /** Active alerts of this rule as they are stored. */
  async storedActive(node: HavenServer, rule: Alert['rule']): Promise<Alert[]> {
    const accessToken = await this.#signIn();
    const lists = await Promise.all(
      this.wall.patientIds.map(async (patientId) => {
        const answer = await node.get(`/api/v1/patients/${patientId}/alerts`, accessToken);
        return alertListSchema.parse(await answer.json()).alerts;
      }),
    );
    return lists.flat().filter((alert) => alert.rule === rule && alert.active);
  }

  /**
   * Waits until each of these patients has an alert of the rule, shown at this node and stored.
   * @returns how many are missing, and how many are there twice
   */
  async alertsOf(
    node: HavenServer,
    rule: Alert['rule'],
    patientIds: readonly string[] = this.wall.patientIds,
  ): Promise<{ lost: number; doubled: number }> {
    const count = async () => {
      const [shown, stored] = await Promise.all([this.shownAt(node, rule), this.storedActive(node, rule)]);
      const counts = patientIds.flatMap((patientId) =>
        [shown, stored].map((alerts) => alerts.filter((alert) => alert.patientId === patientId).length),
      );
      return {
        lost: counts.filter((each) => each === 0).length,
        doubled: counts.filter((each) => each > 1).length,
      };
    };
    await until('the alerts', TAKEN_OVER_MS, async () => (await count()).lost === 0).catch(() => undefined);
    return await count();
  }

  /**
   * Ends what is active of this rule, so that the next one is another; what comes meanwhile too.
   * @throws Error that names what does not end
   */
  async acknowledgeAll(node: HavenServer, rule: Alert['rule']): Promise<void> {
    let left: Alert[] = [];
    await until('the alerts to end', PATIENCE_MS, async () => {
      left = await this.#visit(node, async (monitor) => {
        const alerts = monitor.snapshot.alerts.filter((alert) => alert.rule === rule);
        for (const { id, acknowledgement } of alerts)
          if (acknowledgement === null)
            await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: id });
        return alerts;
      });
      return left.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`alerts that do not end: ${JSON.stringify(left)}`, { cause: error });
    });
  }

  async close(): Promise<void> {
    await endAll(this.#ends);
  }

  /** At whichever node can: a token holds at both. */
  async #signIn(): Promise<string> {
    return await Promise.any(
      this.nodes.map(async (node) => (await node.signIn(this.cluster.user)).accessToken),
    );
  }

  async #visit<T>(node: HavenServer, use: (monitor: MonitorClient) => Promise<T>): Promise<T> {
    const accessToken = await this.#signIn();
    const monitor = await MonitorClient.join(node.url, accessToken);
    try {
      return await use(monitor);
    } finally {
      monitor.close();
    }
  }
}

/** How many streams devices send to this node. */
export async function streamsAt(node: HavenServer): Promise<number> {
  return (await readMetrics(node)).get('haven_active_streamers') ?? 0;
}

function twoMachines(): Machines {
  const network = new TestNetwork();
  return { network, a: network.add(), b: network.add() };
}
