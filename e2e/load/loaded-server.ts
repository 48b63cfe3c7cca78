import { Swarm } from '../../device/src/swarm/swarm.ts';
import type { LoopedLayer } from '../../device/src/swarm/looped-clip.ts';
import type { Outcome, ViewerPlan } from '../../device/src/swarm/plan.ts';
import { HavenServer, type User } from '../support/haven-server.ts';
import { family } from '../support/process-usage.ts';
import { until } from '../support/process.ts';
import { addClinicians } from './add-clinicians.ts';
import { addPatients } from '../support/add-patients.ts';
import { loopOf } from './loops.ts';

export const ROOM = 'ward-a';
/** Accounts of the swarm's viewers. */
const CLINICIANS = 8;
/** Patients and users who are added beside the server are known to it some seconds later, ms. */
const KNOWN_WITHIN_MS = 60_000;

export type LoadedServerOptions = {
  publishers: number;
  layers: readonly LoopedLayer[];
  framesPerSecond: number;
  settings?: Record<string, string>;
};

export type WallSize = Pick<ViewerPlan, 'tiles' | 'tileWidth' | 'tileHeight' | 'focused'>;

/** A whole Haven without CV workers, patients whose devices publish loops, and clinicians to watch them. */
export class LoadedServer {
  readonly server: HavenServer;
  readonly users: readonly User[];
  readonly swarm = new Swarm();
  #viewers = 0;

  private constructor(server: HavenServer, users: readonly User[]) {
    this.server = server;
    this.users = users;
  }

  static async open({
    publishers,
    layers,
    framesPerSecond,
    settings = {},
  }: LoadedServerOptions): Promise<LoadedServer> {
    const loop = await loopOf(layers, framesPerSecond);
    const server = await HavenServer.start({
      HAVEN_CV_WORKERS: '0',
      HAVEN_MEDIA_WORKERS: '0',
      HAVEN_LOG_LEVEL: 'info',
      ...settings,
    });
    try {
      const devices = await addPatients(server.dataDirectory, ROOM, publishers);
      const users = await addClinicians(server.dataDirectory, ROOM, CLINICIANS);
      const last = `"P-${200 + publishers}"`;
      await until('the patients and users of the load', KNOWN_WITHIN_MS, async () => {
        const sessions = await Promise.all(users.map((user) => server.signIn(user).catch(() => undefined)));
        const known = sessions.flatMap((session) => session?.accessToken ?? []);
        if (known.length < users.length) return false;
        const answer = await server.get('/api/v1/patients', known[0]);
        return publishers === 0 || (await answer.text()).includes(last);
      });
      const loaded = new LoadedServer(server, users);
      if (publishers > 0) {
        const streams = [...devices].map(([patientId, token]) => ({ patientId, token, layers: loop }));
        const outcomes = await loaded.swarm.add({
          ...{ role: 'publishers', server: server.url, framesPerSecond },
          ...{ answersKeyFrameRequests: true, streams },
        });
        const refused = outcomes.find((outcome) => 'refused' in outcome);
        if (refused !== undefined) throw new Error(`a publisher was refused: ${JSON.stringify(refused)}`);
      }
      return loaded;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get nodePid(): number {
    return this.server.program.pid;
  }

  /** Of its first media worker. */
  get workerPid(): number {
    const worker = family(this.nodePid).find(({ part }) => part === 'mediasoup worker');
    if (worker === undefined) throw new Error('the server runs no media worker');
    return worker.pid;
  }

  /** Adds walls to the swarm, each with a session of its own. @returns how each one's beginning ended */
  async watch(count: number, size: WallSize, joinsPerSecond: number): Promise<Outcome[]> {
    const viewers: ViewerPlan[] = [];
    for (let index = 0; index < count; index++) {
      const offset = this.#viewers++;
      // Who has a session is let in again even by a server that refuses newcomers.
      const { accessToken } = await this.server.signIn(this.users[offset % this.users.length]);
      viewers.push({ server: this.server.url, token: accessToken, roomId: ROOM, offset, ...size });
    }
    return await this.swarm.add({ role: 'viewers', joinsPerSecond, viewers });
  }

  async close(): Promise<void> {
    this.swarm.end();
    await this.server.stop();
  }
}
