import { LossyRelay, type Losses } from '../../../device/src/testing/lossy-relay.ts';
import { freePort } from '../../../server/src/testing/free-port.ts';
import { startDevice } from '../../support/device-agent.ts';
import { HavenServer } from '../../support/haven-server.ts';
import { MonitorClient } from '../../support/monitor-client.ts';
import { until, type Program } from '../../support/process.ts';
import { ScriptedCvWorker } from '../../support/scripted-cv-worker.ts';
import { TcpPath } from '../../support/tcp-path.ts';
import { WatchedWall } from '../../support/watched-wall.ts';

/** The patients of a new installation. */
export const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];
export const SOURCE = ['--synthetic', 'hr=72', '--size', '320x240', '--fps', '10'];
const PATIENCE_MS = 60_000;

export type Ends = (() => void | Promise<void>)[];

export type WardOptions = {
  /** At most as many as a new installation has patients. */
  patients: number;
  /** Whether the real CV worker analyses the streams; otherwise a scripted one holds them. */
  analysed?: boolean;
  /** What the path between each device and the SFU does. */
  losses?: Losses;
  settings?: Record<string, string>;
};

/** A server, real device agents that publish, and a browser that watches them all. */
export class RecoveryWard {
  readonly server: HavenServer;
  readonly wall: WatchedWall;
  readonly monitor: MonitorClient;
  /** Undefined where the real one analyses. */
  readonly worker: ScriptedCvWorker | undefined;
  readonly #ends: Ends;

  private constructor(parts: Pick<RecoveryWard, 'server' | 'wall' | 'monitor' | 'worker'>, ends: Ends) {
    this.server = parts.server;
    this.wall = parts.wall;
    this.monitor = parts.monitor;
    this.worker = parts.worker;
    this.#ends = ends;
  }

  static async start({
    patients,
    analysed = false,
    losses,
    settings = {},
  }: WardOptions): Promise<RecoveryWard> {
    const ends: Ends = [];
    try {
      const patientIds = PATIENTS.slice(0, patients);
      const mediaPort = await freePort();
      const server = await HavenServer.start({
        HAVEN_MEDIA_PORT: String(mediaPort),
        ...(analysed ? {} : { HAVEN_CV_WORKERS: '0' }),
        ...settings,
      });
      ends.push(() => server.stop());
      const worker = analysed ? undefined : new ScriptedCvWorker(server.url, server.cvKey);
      ends.push(() => worker?.close());
      const monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
      ends.push(() => monitor.close());
      for (const patientId of patientIds) ends.push(await publish(server, patientId, mediaPort, losses));
      await until('the streams', PATIENCE_MS, () => monitor.streams.size === patients);
      const wall = await WatchedWall.open(server, patientIds);
      ends.push(() => wall.close());
      const ward = new RecoveryWard({ server, wall, monitor, worker }, ends);
      if (analysed) await ward.analysedAt(0, PATIENCE_MS);
      return ward;
    } catch (error) {
      await endAll(ends);
      throw error;
    }
  }

  /** Which stream each patient has. */
  streamIds(): Map<string, string> {
    return new Map([...this.monitor.streams].map(([patientId, { streamId }]) => [patientId, streamId]));
  }

  /** Waits until each patient has another stream than before, and each tile shows pictures of it. @returns when the last tile moved, ms since the epoch */
  async shownAgainAt(before: ReadonlyMap<string, string>, since: number): Promise<number> {
    await until('other streams', PATIENCE_MS, () =>
      [...before].every(([patientId, streamId]) => {
        const stream = this.monitor.streams.get(patientId);
        return stream !== undefined && stream.streamId !== streamId;
      }),
    );
    await this.wall.moving(Date.now(), PATIENCE_MS);
    return this.wall.movedAgainAt(since);
  }

  /** Waits until a frame of each patient that was taken after this moment has been analysed. @returns when the last one was taken, ms since the epoch */
  async analysedAt(since: number, withinMs = PATIENCE_MS): Promise<number> {
    const taken = await until('frames to be analysed', withinMs, () => {
      const times = this.wall.patientIds.map(
        (patientId) => this.monitor.latest(patientId, 'motion', since)?.measuredAt ?? 0,
      );
      return times.every((time) => time > since) && times;
    });
    return Math.max(...taken);
  }

  async close(): Promise<void> {
    await endAll(this.#ends);
  }
}

/** In reverse: what was begun last ends first. */
export async function endAll(ends: Ends): Promise<void> {
  for (const end of ends.toReversed()) await end();
}

/** @returns what ends it */
async function publish(
  server: HavenServer,
  patientId: string,
  mediaPort: number,
  losses: Losses | undefined,
): Promise<() => Promise<void>> {
  if (losses === undefined) {
    const device = await startDevice(server, patientId, ...SOURCE);
    return () => device.stop();
  }
  const relay = await LossyRelay.open(mediaPort, losses);
  const path = await TcpPath.open(server.url, { from: mediaPort, to: relay.port });
  const device: Program = await startDevice(
    { url: path.url, deviceToken: () => server.deviceToken(patientId) },
    patientId,
    ...SOURCE,
  );
  return async () => {
    await device.stop();
    await path.close();
    relay.close();
  };
}
