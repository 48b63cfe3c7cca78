import { LoadedServer, ROOM } from '../load/loaded-server.ts';
import { SIMULCAST } from '../load/loops.ts';
import { Cluster } from '../support/cluster.ts';
import type { Scenario, Target } from './scenario.ts';

/** Only the browser looks at pictures. */
const PUBLISHERS: Partial<Record<Scenario, number>> = { browser: 4 };
const FRAMES_PER_SECOND = 15;
/** Places of each of two nodes: half of a thousand walls stay below nine tenths of them. */
const CLUSTER_VIEWERS = 600;

/** What a scenario runs against when nobody names a server. */
export type OwnServer = {
  target: Target;
  /** Of each node. */
  pids: number[];
  close: () => Promise<void>;
};

/** Starts a Haven for the scenario; for `cluster` two nodes, which takes Redis. */
export async function openOwn(scenario: Scenario): Promise<OwnServer> {
  return scenario === 'cluster' ? openCluster() : openServer(scenario);
}

async function openServer(scenario: Scenario): Promise<OwnServer> {
  const loaded = await LoadedServer.open({
    publishers: PUBLISHERS[scenario] ?? 0,
    layers: SIMULCAST,
    framesPerSecond: FRAMES_PER_SECOND,
  });
  return {
    target: { url: loaded.server.url, roomId: ROOM, users: loaded.users },
    pids: [loaded.nodePid],
    close: () => loaded.close(),
  };
}

async function openCluster(): Promise<OwnServer> {
  const cluster = await Cluster.start({
    HAVEN_CV_WORKERS: '0',
    HAVEN_LOG_LEVEL: 'info',
    HAVEN_MAX_VIEWERS: String(CLUSTER_VIEWERS),
  });
  const nodes = [cluster.a, cluster.b];
  return {
    target: { url: nodes.map(({ url }) => url).join(','), roomId: ROOM, users: [cluster.user] },
    pids: nodes.map(({ program }) => program.pid),
    close: () => cluster.stop(),
  };
}
