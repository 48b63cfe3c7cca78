import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { analyzeTrace, analyzeVideo, type Analysis } from './analysis/analysis.ts';
import { analysisText } from './analysis/text.ts';
import { runCommand } from './evaluation/command-outcome.ts';
import { readColourTrace } from './evaluation/readers/colour-trace.ts';
import { RecordingError } from './evaluation/recording-error.ts';
import { parseTensorBackend } from './face/backend.ts';
import { TensorFaceDetector } from './face/detector.ts';
import { analysisFigure } from './plot/analysis-figure.ts';
import { openFile } from './tap/decoder.ts';

type Options = { json?: true; plot?: string; contact?: true };

async function main(): Promise<void> {
  const program = new Command('analyze')
    .description('Analyses a recording exactly as a live stream.')
    .argument('<file>', 'a video, or a .csv of times in ms and mean colours: time,R,G,B')
    .option('--json', 'machine-readable output: vitals, trace and spectrum')
    .option('--plot <file>', 'draws trace, spectrum, rates and quality as SVG')
    .option('--contact', 'the .csv is of a finger on the lens, not of a face')
    .exitOverride()
    .parse();
  const [file] = program.args;
  const options = program.opts<Options>();
  const analysis = await analyze(file, options);
  if (options.plot !== undefined) await write(options.plot, analysisFigure(basename(file), analysis));
  const text = options.json ? JSON.stringify({ file, ...analysis }) : analysisText(analysis);
  process.stdout.write(`${text}\n`);
}

async function analyze(file: string, { contact }: Options): Promise<Analysis> {
  if (extname(file).toLowerCase() === '.csv') {
    return analyzeTrace(await readColourTrace(file), contact ? 'contact' : 'face');
  }
  if (contact) throw new RecordingError('--contact is for a .csv of mean colours.');
  const detector = await TensorFaceDetector.load(parseTensorBackend(process.env.HAVEN_TFJS_BACKEND));
  return analyzeVideo(openFile(file), detector);
}

async function write(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((cause: unknown) => {
    throw new RecordingError(`${path} cannot be written.`, { cause });
  });
}

await runCommand(main);
