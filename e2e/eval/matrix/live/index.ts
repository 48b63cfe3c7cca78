/** Cells of the matrix as devices publish them: through the real SFU, the tap and the CV worker, over a lossy link. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SourceReport } from '../../../../cv-worker/src/evaluation/report.ts';
import { HavenServer } from '../../../support/haven-server.ts';
import { MonitorClient } from '../../../support/monitor-client.ts';
import { Program, until } from '../../../support/process.ts';
import { pictureSize } from '../cell.ts';
import type { FrozenCell } from '../frozen.ts';
import { truthOf, type Measurement } from '../measure.ts';
import { reportOf } from '../report.ts';
import type { Measured } from '../scoring.ts';
import { liveCells } from './cells.ts';

const LOSSY_SOCKET = fileURLToPath(new URL('lossy-socket.ts', import.meta.url));
/** The beds of a new installation; as many patients as two cores encode and analyse at once. */
const PATIENTS = ['P-101', 'P-102', 'P-103', 'P-104'];
/** A patient is drawn first, and on a busy machine that takes a while. */
const FIRST_VITALS_MS = 60_000;
const STREAM_END_MS = 20_000;
/** As long as a clip of the offline matrix, s. */
const CELL_SECONDS = 40;

export type LiveOptions = {
  cells?: number;
  seconds?: number;
  onCell?: (cell: FrozenCell, done: number, of: number) => void;
};

export async function runLive({ cells: count, seconds = CELL_SECONDS, onCell }: LiveOptions = {}): Promise<
  Measured<FrozenCell>[]
> {
  const cells = liveCells().slice(0, count);
  const server = await HavenServer.start();
  const monitor = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
  const results: Measured<FrozenCell>[] = [];
  try {
    for (let first = 0; first < cells.length; first += PATIENTS.length) {
      const batch = cells.slice(first, first + PATIENTS.length);
      const measured = await Promise.all(
        batch.map(async (cell, index) => ({
          cell,
          measurement: await measureLive({ server, monitor, patientId: PATIENTS[index], cell, seconds }),
        })),
      );
      for (const result of measured) {
        results.push(result);
        onCell?.(result.cell, results.length, cells.length);
      }
    }
  } finally {
    monitor.close();
    await server.stop();
  }
  return results;
}

export async function evaluateLive(options: LiveOptions = {}): Promise<SourceReport> {
  return reportOf(await runLive(options), 'live');
}

type Bed = {
  server: HavenServer;
  monitor: MonitorClient;
  patientId: string;
  cell: FrozenCell;
  seconds: number;
};

async function measureLive({ server, monitor, patientId, cell, seconds }: Bed): Promise<Measurement> {
  const since = Date.now();
  const device = await startLossyDevice(server, patientId, cell);
  try {
    const messages = () =>
      monitor.vitals.filter((message) => message.patientId === patientId && message.receivedAt >= since);
    const { at: startedAt } = await until(`vitals of cell ${cell.id}`, FIRST_VITALS_MS, () => {
      if (!device.running) throw new Error(`The device of cell ${cell.id} ended:\n${device.output}`);
      return messages().at(0);
    });
    await sleep(seconds * 1000);
    return {
      truth: truthOf(cell.synthetic, seconds + 1),
      seconds: messages().flatMap(({ at, vitals }) => {
        const pulse = vitals.find(({ name }) => name === 'pulse');
        const breathing = vitals.find(({ name }) => name === 'breathing');
        if (pulse === undefined || breathing === undefined) return [];
        return [{ at: at - startedAt, pulse: sinceStart(pulse), breathing: sinceStart(breathing) }];
      }),
    };

    function sinceStart<V extends { measuredAt: number | null }>(vital: V): V {
      return vital.measuredAt === null ? vital : { ...vital, measuredAt: vital.measuredAt - startedAt };
    }
  } finally {
    await device.stop();
    await until(`the end of cell ${cell.id}`, STREAM_END_MS, () => !monitor.streams.has(patientId));
  }
}

async function startLossyDevice(server: HavenServer, patientId: string, cell: FrozenCell): Promise<Program> {
  const { width, height } = pictureSize(cell);
  const picture = ['--size', `${width}x${height}`, '--fps', String(Math.round(cell.frameRate))];
  const rate = ['--layers', '1', '--bitrate', String(cell.kilobits * 1000)];
  const source = ['--synthetic', cell.synthetic];
  const args = ['--server', server.url, '--patient', patientId, ...source, ...picture, ...rate];
  return new Program('device/src/main.ts', args, {
    HAVEN_DEVICE_TOKEN: await server.deviceToken(patientId),
    HAVEN_LOG_LEVEL: 'info',
    HAVEN_EVAL_LOSS: `${cell.loss},${cell.id}`,
    NODE_OPTIONS: `--import ${LOSSY_SOCKET}`,
  });
}
