import { join } from 'node:path';
import { LOOP_SECONDS, loopedClip, type LoopedLayer } from '../../../device/src/swarm/looped-clip.ts';
import type { PublishersPlan } from '../../../device/src/swarm/plan.ts';
import { Swarm } from '../../../device/src/swarm/swarm.ts';
import { cacheFolder } from '../../eval/matrix/clip.ts';
import { HavenServer } from '../../support/haven-server.ts';
import { patientsKnown } from '../../support/known-patients.ts';
import { MonitorClient } from '../../support/monitor-client.ts';
import { until } from '../../support/process.ts';
import { addPatients } from '../../support/add-patients.ts';

const ROOM = 'ward-a';
/** Rates a minute: whole cycles in a loop. */
const RATES = [66, 84, 102].map((pulse, index) => ({
  pulse,
  breathing: 12 + 3 * index,
  tone: 3 + 2 * index,
}));
/** Height of the face as a share of the picture's. */
const FACES = [0.25, 0.1];
const LOW: LoopedLayer = { width: 320, height: 240, bitrate: 400_000 };
const HIGH: LoopedLayer = { width: 640, height: 480, bitrate: 1_000_000 };
/** Until all streams have been analysed once, ms: models are loaded, streams come one after the other. */
const PATIENCE_MS = 120_000;

export type BenchPatient = { patientId: string; pulse: number; face: number };
export type WardSize = { streams: number; simulcast: boolean; framesPerSecond: number };

/** A server with the default stack, and so many patients who publish loops. */
export class LoopedWard {
  readonly server: HavenServer;
  readonly monitor: MonitorClient;
  readonly patients: readonly BenchPatient[];
  readonly #generator: Swarm;

  private constructor(
    server: HavenServer,
    monitor: MonitorClient,
    patients: readonly BenchPatient[],
    generator: Swarm,
  ) {
    this.server = server;
    this.monitor = monitor;
    this.patients = patients;
    this.#generator = generator;
  }

  static async open({ streams, simulcast, framesPerSecond }: WardSize): Promise<LoopedWard> {
    const layers = simulcast ? [LOW, HIGH] : [LOW];
    const clips = new Map<string, string>();
    const patients: (BenchPatient & { clip: string })[] = [];
    for (let index = 0; index < streams; index++) {
      const { pulse, breathing, tone } = RATES[index % RATES.length];
      const face = FACES[Math.floor(index / RATES.length) % FACES.length];
      const clip = `hr=${pulse},rr=${breathing},tone=monk${tone},seed=${1 + (index % RATES.length)},face=${face}`;
      patients.push({ patientId: `P-${201 + index}`, pulse, face, clip });
      for (const layer of layers) {
        const path = await loopedClip(clip, layer, framesPerSecond, join(cacheFolder(), 'bench'));
        clips.set(`${clip} ${layer.height}`, path);
      }
    }
    const server = await HavenServer.start({
      HAVEN_MAX_DEVICES: String(streams + 1),
      HAVEN_CV_CAPACITY: String(streams + 1),
      HAVEN_LOG_LEVEL: 'info',
    });
    const tokens = await addPatients(server.dataDirectory, ROOM, streams);
    const { accessToken } = await server.signIn();
    await patientsKnown(
      server,
      patients.map(({ patientId }) => patientId),
    );
    const monitor = await MonitorClient.join(server.url, accessToken, ROOM);
    const plan: PublishersPlan = {
      role: 'publishers',
      server: server.url,
      framesPerSecond,
      answersKeyFrameRequests: false,
      streams: patients.map(({ patientId, clip }) => ({
        patientId,
        token: tokens.get(patientId) ?? '',
        layers: layers.map((layer) => ({ layer, path: clips.get(`${clip} ${layer.height}`) ?? '' })),
      })),
    };
    const generator = new Swarm();
    const ward = new LoopedWard(server, monitor, patients, generator);
    try {
      await generator.add(plan);
      await until('an analysis of each stream', PATIENCE_MS, () =>
        ward.patients.every((p) => ward.#analysed(p)),
      );
    } catch (error) {
      await ward.close();
      throw error;
    }
    return ward;
  }

  get generatorPids(): number[] {
    return this.#generator.pids;
  }

  async close(): Promise<void> {
    this.#generator.end();
    this.monitor.close();
    await this.server.stop();
  }

  #analysed({ patientId }: BenchPatient): boolean {
    return this.monitor.latest(patientId, 'motion')?.state === 'measured';
  }
}

export function describeWard({ streams, simulcast, framesPerSecond }: WardSize): string {
  const sizes = simulcast ? '640×480 at 1 Mbit/s and 320×240 at 400 kbit/s' : '320×240 at 400 kbit/s';
  return `${streams} streams of ${sizes}, ${framesPerSecond} pictures a second, loops of ${LOOP_SECONDS} s, faces of 25 % and 10 % of the height`;
}
