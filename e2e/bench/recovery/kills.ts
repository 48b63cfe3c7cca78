import { descendants } from '../../support/process-tree.ts';
import { until } from '../../support/process.ts';
import { HEALTHY_MS, secondsSince, type RecoveryCase } from './case.ts';
import { RecoveryWard } from './ward.ts';

const PATIENTS = 4;
const PATIENCE_MS = 60_000;
/** What was decoded before a death may be analysed just after it, ms. */
const LEFT_OVER_MS = 500;
/** A media worker counts as well after 30 s, ms. */
const STEADY_MS = 31_000;

const mediaWorker: RecoveryCase = {
  name: 'media-worker',
  what: 'the media worker is killed',
  calmMs: STEADY_MS,
  goals: { 'every tile moves, s': 3, 'frames analysed, s': 10 },
  async open() {
    const ward = await RecoveryWard.start({ patients: PATIENTS, analysed: true });
    return {
      close: () => ward.close(),
      async run() {
        const before = ward.streamIds();
        const worker = descendants(ward.server.program.pid).find(({ command }) =>
          command.includes('mediasoup-worker'),
        );
        if (worker === undefined) throw new Error('there is no media worker');
        process.kill(worker.pid, 'SIGKILL');
        const killedAt = Date.now();
        const analysed = ward.analysedAt(killedAt + LEFT_OVER_MS);
        const shown = ward.shownAgainAt(before, killedAt);
        const [shownAt, analysedAt] = await Promise.all([shown, analysed]);
        return {
          'every tile moves, s': secondsSince(killedAt, shownAt),
          'frames analysed, s': secondsSince(killedAt, analysedAt),
        };
      },
    };
  },
};

const server: RecoveryCase = {
  name: 'server',
  what: 'the server is killed and started again at once',
  calmMs: HEALTHY_MS,
  goals: {},
  async open() {
    const ward = await RecoveryWard.start({ patients: PATIENTS, analysed: true });
    return {
      close: () => ward.close(),
      async run() {
        const before = ward.streamIds();
        await ward.server.program.kill();
        const killedAt = Date.now();
        await ward.server.run();
        const upAt = Date.now();
        const [shownAt, analysedAt] = await Promise.all([
          ward.shownAgainAt(before, killedAt),
          ward.analysedAt(killedAt + LEFT_OVER_MS),
        ]);
        const alarmsAt = await until('alarms', PATIENCE_MS, () => ward.wall.alarmsOnSince());
        return {
          'up, s': secondsSince(killedAt, upAt),
          'every tile moves, s': secondsSince(killedAt, shownAt),
          // They never went off when the server was back sooner than its silence counts.
          'alarms off until, s': Math.max(0, secondsSince(killedAt, alarmsAt)),
          'frames analysed, s': secondsSince(killedAt, analysedAt),
        };
      },
    };
  },
};

export const killCases: readonly RecoveryCase[] = [mediaWorker, server];
