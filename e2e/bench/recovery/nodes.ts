import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/process.ts';
import { gapOf } from '../../support/watched-wall.ts';
import { HEALTHY_MS, observedMs, secondsSince, type RecoveryCase } from './case.ts';
import { ClusterWard, streamsAt } from './cluster-ward.ts';

const PATIENTS = 2;
const PATIENCE_MS = 60_000;

const nodeKilled: RecoveryCase = {
  name: 'node',
  what: 'one of two nodes behind nginx is killed, in which everybody has fallen',
  calmMs: HEALTHY_MS,
  goals: { 'alerts lost': 0, 'alerts doubled': 0 },
  async open() {
    const ward = await ClusterWard.start({ patients: PATIENTS, layout: 'balancer' });
    const { wall } = ward;
    return {
      close: () => ward.close(),
      async run() {
        const [ofA, ofB] = await ward.streams();
        const { a, b } = ward.cluster;
        const [dies, stays] = ofA >= ofB ? [a, b] : [b, a];
        for (const patientId of wall.patientIds) await ward.happens(patientId, 'fall');
        const told = async () => (await ward.shownAt(stays, 'fall')).length === PATIENTS;
        await until('the alerts at the node that stays', PATIENCE_MS, told);
        // What it wrote is on its own disk still, most likely.
        await dies.program.kill();
        const killedAt = Date.now();
        await until('the streams', PATIENCE_MS, async () => (await streamsAt(stays)) === PATIENTS);
        await wall.moving(Date.now(), PATIENCE_MS);
        const movedAt = await wall.movedAgainAt(killedAt);
        const { lost, doubled } = await ward.alertsOf(stays, 'fall');
        await ward.acknowledgeAll(stays, 'fall');
        await dies.run();
        await ward.cluster.linked();
        return {
          'every tile moves, s': secondsSince(killedAt, movedAt),
          'alerts lost': lost,
          'alerts doubled': doubled,
        };
      },
    };
  },
};

const cutOff: RecoveryCase = {
  name: 'node-cut-off',
  what: 'the cable of one of two nodes is pulled for a minute (seconds with --quick); the other watches',
  goals: {
    'longest gap of the other’s, s': 1,
    'owners of a stream, most': 1,
    'alerts lost': 0,
    'alerts doubled': 0,
  },
  async open(quick) {
    const ward = await ClusterWard.start({ patients: PATIENTS, layout: 'machines' });
    const { cluster, machines, wall } = ward;
    const [cutOffPatient = '', otherPatient = ''] = wall.patientIds;
    return {
      close: () => ward.close(),
      async run() {
        await ward.happens(cutOffPatient, 'bed-exit');
        await ward.alertsOf(cluster.b, 'bed-exit', [cutOffPatient]);
        machines?.a.pullCable();
        const cutAt = Date.now();
        // Longer than a lease is good for, and than a device that was at another node may take to come.
        await sleep(quick ? 20_000 : 2 * observedMs(false));
        // At the node that nobody else sees: it is its own patient's, as far as it knows.
        await ward.happens(cutOffPatient, 'fall');
        const pictures = (await wall.pictures(cutAt)).get(otherPatient) ?? [];
        const longestGap = gapOf(pictures, cutAt, Date.now()).ms;
        machines?.a.plugIn();
        const pluggedAt = Date.now();
        await cluster.linked();
        await wall.moving(Date.now(), PATIENCE_MS);
        const movedAt = await wall.movedAgainAt(cutAt);
        const owners = (await ward.streams()).reduce((sum, streams) => sum + streams, 0) - (PATIENTS - 1);
        const fall = await ward.alertsOf(cluster.b, 'fall', [cutOffPatient]);
        const bedExit = await ward.alertsOf(cluster.b, 'bed-exit', [cutOffPatient]);
        await ward.happens(cutOffPatient, 'returned');
        for (const rule of ['fall', 'bed-exit', 'signal-lost'] as const)
          await ward.acknowledgeAll(cluster.b, rule);
        return {
          'longest gap of the other’s, s': longestGap / 1000,
          'pictures back after, s': secondsSince(pluggedAt, movedAt),
          'owners of a stream, most': owners,
          'alerts lost': fall.lost + bedExit.lost,
          'alerts doubled': fall.doubled + bedExit.doubled,
        };
      },
    };
  },
};

const rollingRestart: RecoveryCase = {
  name: 'rolling-restart',
  what: 'two nodes behind nginx are drained by SIGTERM and started again, one after the other',
  calmMs: HEALTHY_MS,
  goals: { 'longest gap, s': 3, 'alerts lost': 0, 'alerts doubled': 0 },
  async open(quick) {
    const ward = await ClusterWard.start({
      patients: PATIENTS,
      layout: 'balancer',
      settings: { HAVEN_DRAIN_SECONDS: quick ? '10' : '20' },
    });
    const { cluster, wall } = ward;
    return {
      close: () => ward.close(),
      async run() {
        for (const patientId of wall.patientIds) await ward.happens(patientId, 'fall');
        await ward.alertsOf(cluster.a, 'fall');
        const since = Date.now();
        for (const node of ward.nodes) {
          node.program.process.kill('SIGTERM');
          await node.program.ended;
          await node.run();
          await cluster.linked();
        }
        await wall.moving(Date.now(), PATIENCE_MS);
        const longestGap = await wall.longestGap(since);
        const { lost, doubled } = await ward.alertsOf(cluster.a, 'fall');
        await ward.acknowledgeAll(cluster.a, 'fall');
        return {
          'longest gap, s': longestGap / 1000,
          'both restarted within, s': secondsSince(since, Date.now()),
          'alerts lost': lost,
          'alerts doubled': doubled,
        };
      },
    };
  },
};

const balancerKilled: RecoveryCase = {
  name: 'balancer',
  what: 'nginx is killed and runs again 15 s later (3 s with --quick), in which everybody falls',
  // A device that was between two attempts is back seconds later: two outages in a row would be one long one to it.
  calmMs: HEALTHY_MS,
  // Whoever comes back to the other node begins anew there.
  goals: { 'longest gap, s': 3, 'alerts lost': 0, 'alerts doubled': 0 },
  async open(quick) {
    const ward = await ClusterWard.start({ patients: PATIENTS, layout: 'balancer' });
    const { balancer, cluster, wall } = ward;
    return {
      close: () => ward.close(),
      async run() {
        const since = Date.now();
        await balancer?.kill();
        for (const patientId of wall.patientIds) await ward.happens(patientId, 'fall');
        await sleep(observedMs(quick) / 2 - (Date.now() - since));
        await balancer?.run();
        const backAt = Date.now();
        const shownAt = await until(
          'the alerts on the wall',
          PATIENCE_MS,
          async () => (await wall.alerts('fall')) === PATIENTS && Date.now(),
        );
        await until('alarms', PATIENCE_MS, () => wall.alarmsOnSince());
        const longestGap = await wall.longestGap(since);
        const { lost, doubled } = await ward.alertsOf(cluster.a, 'fall');
        await ward.acknowledgeAll(cluster.a, 'fall');
        await until('no alert on the wall', PATIENCE_MS, async () => (await wall.alerts('fall')) === 0);
        return {
          'longest gap, s': longestGap / 1000,
          'alerts on the wall after, s': secondsSince(backAt, shownAt),
          'alerts lost': lost,
          'alerts doubled': doubled,
        };
      },
    };
  },
};

const redisOfNodes: RecoveryCase = {
  name: 'redis-of-nodes',
  what: 'Redis is stopped for a minute (seconds with --quick), in which everybody falls; the wall is at the other node',
  goals: { 'longest gap, s': 1, 'alerts lost': 0, 'alerts doubled': 0 },
  async open(quick) {
    const ward = await ClusterWard.start({ patients: PATIENTS, layout: 'apart' });
    const { cluster, wall } = ward;
    return {
      close: () => ward.close(),
      async run() {
        const since = Date.now();
        await cluster.killRedis();
        for (const patientId of wall.patientIds) await ward.happens(patientId, 'fall');
        const { lost, doubled } = await ward.alertsOf(cluster.b, 'fall');
        await sleep(2 * observedMs(quick) - (Date.now() - since));
        await cluster.restartRedis();
        await cluster.linked();
        const longestGap = await wall.longestGap(since);
        await ward.acknowledgeAll(cluster.b, 'fall');
        return { 'longest gap, s': longestGap / 1000, 'alerts lost': lost, 'alerts doubled': doubled };
      },
    };
  },
};

export const nodeCases: readonly RecoveryCase[] = [
  nodeKilled,
  cutOff,
  rollingRestart,
  redisOfNodes,
  balancerKilled,
];
