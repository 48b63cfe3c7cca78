import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../server/src/testing/free-port.ts';
import { HavenServer } from '../../support/haven-server.ts';
import { publishLoops } from '../../support/looped-streams.ts';
import { NarrowRelay } from '../../support/narrow-relay.ts';
import { until } from '../../support/process.ts';
import { happened, ScriptedCvWorker } from '../../support/scripted-cv-worker.ts';
import { WatchedWall } from '../../support/watched-wall.ts';
import { observedMs, type RecoveryCase } from './case.ts';

const ROOM = 'ward-a';
const TILES = 6;
const NARROW = 500_000;
const WIDE = 20_000_000;
/** The server decides within seconds, and brings tiles back one after another; then a busy machine, ms. */
const PATIENCE_MS = 120_000;

export const narrowViewer: RecoveryCase = {
  name: 'narrow-viewer',
  what: `a viewer of ${TILES} tiles has ${NARROW / 1000} kbit/s, one patient is in alert`,
  goals: {},
  async open(quick) {
    const port = await freePort();
    const server = await HavenServer.start({ HAVEN_CV_WORKERS: '0', HAVEN_MEDIA_PORT: String(port) });
    const worker = new ScriptedCvWorker(server.url, server.cvKey);
    const streams = await publishLoops(server, ROOM, TILES);
    const relay = await NarrowRelay.open(port, WIDE);
    const wall = await WatchedWall.open(server, streams.patientIds, (page) => relay.lead(page));
    // The last of the wall: without the alert it would be among the first to be a still.
    const alerting = streams.patientIds[TILES - 1] ?? '';
    await worker.post([
      happened(await until('the assignment', PATIENCE_MS, () => worker.of(alerting)), 'fall'),
    ]);
    return {
      async close() {
        await wall.close();
        relay.close();
        worker.close();
        streams.end();
        await server.stop();
      },
      async run() {
        await until('all to move', PATIENCE_MS, async () => (await wall.sending('live')).length === TILES);
        relay.bitsPerSecond = NARROW;
        const narrowAt = Date.now();
        await until('stills', PATIENCE_MS, async () => (await wall.sending('still')).length > 0);
        const firstStillMs = Date.now() - narrowAt;
        await sleep(observedMs(quick));
        const [live, stills] = [await wall.sending('live'), await wall.sending('still')];
        const pictures = (await wall.pictures(narrowAt)).get(alerting) ?? [];
        const seconds = (Date.now() - narrowAt) / 1000;
        relay.bitsPerSecond = WIDE;
        const wideAt = Date.now();
        await until('all to move', PATIENCE_MS, async () => (await wall.sending('live')).length === TILES);
        return {
          'first still after, s': firstStillMs / 1000,
          'tiles live': live.length,
          'tiles still': stills.length,
          'alerting tile live (1)': live.includes(alerting) ? 1 : 0,
          'alerting tile, pictures a second': pictures.length / seconds,
          'all live again after, s': (Date.now() - wideAt) / 1000,
        };
      },
    };
  },
};
