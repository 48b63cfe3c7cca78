import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { LoopedLayer } from '../../../device/src/swarm/looped-clip.ts';
import type { Outcome } from '../../../device/src/swarm/plan.ts';
import { Swarm } from '../../../device/src/swarm/swarm.ts';
import type { WallSize } from '../../load/loaded-server.ts';
import { loopOf } from '../../load/loops.ts';
import { bareAddressSchema, type BareOptions } from './bare-server.ts';

export type BareLoad = {
  publishers: number;
  layers: readonly LoopedLayer[];
  framesPerSecond: number;
  /** What every viewer is sent. */
  sent: BareOptions;
};

/** Nobody checks tokens there. */
const TOKEN = 'none';

/** Bare mediasoup with publishers, in a process of its own. */
export class Bare {
  readonly swarm = new Swarm();
  readonly workerPid: number;
  readonly #process: ChildProcess;
  readonly #url: string;
  #viewers = 0;

  private constructor(process: ChildProcess, { url, workerPid }: { url: string; workerPid: number }) {
    this.#process = process;
    this.#url = url;
    this.workerPid = workerPid;
  }

  static async open({ publishers, layers, framesPerSecond, sent }: BareLoad): Promise<Bare> {
    const loop = await loopOf(layers, framesPerSecond);
    const server = fork(join(import.meta.dirname, 'bare-server.ts'));
    server.send(sent);
    const message = await new Promise<unknown>((resolve, reject) => {
      server.once('message', resolve);
      server.once('exit', () => reject(new Error('bare mediasoup ended')));
    });
    const bare = new Bare(server, bareAddressSchema.parse(message));
    await bare.swarm.add({
      ...{ role: 'publishers', server: bare.#url, framesPerSecond, answersKeyFrameRequests: true },
      streams: Array.from({ length: publishers }, (_, index) => ({
        ...{ patientId: `P-${201 + index}`, token: TOKEN, layers: loop },
      })),
    });
    return bare;
  }

  get nodePid(): number {
    return this.#process.pid ?? 0;
  }

  /** Adds walls. */
  async watch(count: number, size: WallSize, joinsPerSecond: number): Promise<Outcome[]> {
    const viewers = Array.from({ length: count }, (_, index) => ({
      ...{ server: this.#url, token: TOKEN, roomId: 'bare', offset: this.#viewers + index },
      ...size,
    }));
    this.#viewers += count;
    return await this.swarm.add({ role: 'viewers', joinsPerSecond, viewers });
  }

  close(): void {
    this.swarm.end();
    this.#process.kill('SIGKILL');
  }
}
