/**
 * `npm run eval`: how right Haven's vitals are, over recordings of people (`HAVEN_EVAL_DATA`) and simulated patients.
 * Exit code 1 when a target is missed, 2 when the question or the recordings are at fault.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTensorBackend } from '../../cv-worker/src/face/backend.ts';
import { EXIT_INPUT, runCommand } from '../../cv-worker/src/evaluation/command-outcome.ts';
import { TensorFaceDetector } from '../../cv-worker/src/face/detector.ts';
import { evaluateRecordings } from '../../cv-worker/src/evaluation/recordings.ts';
import { merge, type SourceReport } from '../../cv-worker/src/evaluation/report.ts';
import { judge } from '../../cv-worker/src/evaluation/targets.ts';
import { textReport } from '../../cv-worker/src/evaluation/text-report.ts';
import { calibrationFigure } from '../../cv-worker/src/plot/calibration-figure.ts';
import { parseOptions, type Options } from './options.ts';
import { isSimulation, SIMULATIONS } from './simulations.ts';

const EXIT_MISSED = 1;

async function evaluate({ only, cells, codec }: Options): Promise<SourceReport> {
  let loaded: TensorFaceDetector | undefined;
  const detector = async () =>
    (loaded ??= await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND)));
  const reports: SourceReport[] = [];
  for (const source of only) {
    process.stderr.write(`${source} …\n`);
    reports.push(
      isSimulation(source)
        ? await SIMULATIONS[source]({ cells, codec, onCell: showProgress })
        : await evaluateRecordings(source, process.env.HAVEN_EVAL_DATA, detector),
    );
  }
  loaded?.close();
  return merge(reports);
}

function showProgress(done: number, of: number): void {
  process.stderr.write(`\r${String(done)} of ${String(of)} cells${done === of ? '\n' : ''}`);
}

async function main(): Promise<void> {
  const options = parseOptions();
  const report = await evaluate(options);
  const verdicts = judge(report.figures);
  process.stdout.write(`${textReport(report, verdicts, { subjects: options.subjects === true })}\n`);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ ...report, targets: verdicts }, null, 2)}\n`);
  }
  if (options.plot !== undefined) await drawCalibrations(options.plot, report);
  if (Object.keys(report.figures).length === 0) process.exitCode = EXIT_INPUT;
  else if (verdicts.some(({ met }) => !met)) process.exitCode = EXIT_MISSED;
}

async function drawCalibrations(folder: string, { rows }: SourceReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { source, vital, tolerance, calibration } of rows) {
    const name = `${source} ${vital}`;
    const file = `calibration-${name.replaceAll(/\W+/g, '-')}.svg`;
    await writeFile(join(folder, file), calibrationFigure(name, tolerance, calibration.bins));
  }
}

await runCommand(main);
