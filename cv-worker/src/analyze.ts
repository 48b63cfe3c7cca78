import { Command, CommanderError } from 'commander';
import { WITHHELD_WORDS, type Vital } from '@haven/protocol';
import { analyzeRecording, type RecordingReport } from './analyzer/recording.ts';
import { BackendSettingError, parseTensorBackend } from './face/backend.ts';
import { TensorFaceDetector } from './face/detector.ts';
import { DecodeError, openFile } from './tap/decoder.ts';

/** Exit code for what the caller has to put right: arguments, settings, the file. */
const EXIT_INPUT = 2;

function describe(vital: Vital): string {
  if (vital.value === null) return vital.reason === null ? '–' : WITHHELD_WORDS[vital.reason];
  const quality = `${String(Math.round(vital.quality * 100))} %`;
  return `${vital.value.toFixed(1)} ${vital.state === 'held' ? '(held)' : quality}`;
}

function table(report: RecordingReport): string {
  const lines = [
    `${'time'.padStart(7)}  ${'pulse'.padEnd(30)}${'breathing'.padEnd(30)}motion`,
    ...report.seconds.map(({ at, pulse, breathing, motion }) => {
      const time = `${(at / 1000).toFixed(1)} s`.padStart(7);
      const level = motion.value === null ? '–' : motion.value.toFixed(2);
      return `${time}  ${describe(pulse).padEnd(30)}${describe(breathing).padEnd(30)}${level}`;
    }),
    ...report.conditions.map(
      ({ at, condition, present }) =>
        `${(at / 1000).toFixed(1)} s: ${condition} ${present ? 'begins' : 'ends'}`,
    ),
    ...report.events.map(({ at, event }) => `${(at / 1000).toFixed(1)} s: ${event}`),
    `${String(report.frames)} frames, ${(report.durationMs / 1000).toFixed(1)} s`,
  ];
  return lines.join('\n');
}

async function main(): Promise<void> {
  const program = new Command('analyze')
    .description('Analyses a recorded video exactly as a live stream.')
    .argument('<file>', 'a video file')
    .option('--json', 'machine-readable output')
    .exitOverride();
  program.parse();
  const [file] = program.args;
  const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));
  const report = await analyzeRecording(openFile(file), detector);
  const text = program.opts<{ json?: true }>().json ? JSON.stringify({ file, ...report }) : table(report);
  process.stdout.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; asking for help is no mistake.
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_INPUT;
  } else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    const isInput = error instanceof DecodeError || error instanceof BackendSettingError;
    process.exitCode = isInput ? EXIT_INPUT : 1;
  }
}
