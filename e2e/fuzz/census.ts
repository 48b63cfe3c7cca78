import { readMetrics } from '../support/metrics.ts';
import type { HavenServer } from '../support/haven-server.ts';
import { family, residentBytes, sum } from '../support/process-usage.ts';
import type { MediaProbe } from './media/media-probe.ts';

/** What a server holds: it must hold as much when the harm is over. */
export type Census = {
  transports: number;
  producers: number;
  consumers: number;
  taps: number;
  pipes: number;
  streams: number;
  viewers: number;
  workerDeaths: number;
  /** Of the server's heap and buffers, when its garbage has been collected. */
  serverHeldBytes: number;
  serverBytes: number;
  mediaWorkerBytes: number;
};

export async function takeCensus(server: HavenServer, probe: MediaProbe): Promise<Census> {
  const metrics = await readMetrics(server);
  const serverHeldBytes = await probe.heldBytes();
  const read = (name: string) => metrics.get(name) ?? 0;
  const members = family(server.program.pid);
  const bytes = (part: string) =>
    sum(members.filter((member) => member.part === part).map(({ pid }) => residentBytes(pid)));
  return {
    transports: read('haven_sfu_transports'),
    producers: read('haven_sfu_producers'),
    consumers: read('haven_sfu_consumers'),
    taps: read('haven_sfu_taps'),
    pipes: read('haven_cluster_pipes'),
    streams: read('haven_active_streamers'),
    viewers: read('haven_active_viewers'),
    workerDeaths: read('haven_sfu_worker_deaths_total'),
    serverHeldBytes,
    serverBytes: bytes('server'),
    mediaWorkerBytes: bytes('mediasoup worker'),
  };
}

/** The names of what has grown that must not; memory is judged apart, and so are processes. */
export function leaksBetween(before: Census, after: Census): string[] {
  const counted = ['transports', 'producers', 'consumers', 'taps', 'pipes', 'streams', 'viewers'] as const;
  return counted
    .filter((name) => after[name] > before[name])
    .map((name) => `${name}: ${before[name]} before, ${after[name]} after`);
}
