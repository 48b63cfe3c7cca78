import { Command, InvalidArgumentError, Option } from 'commander';
import { RECORDING_SOURCES, type RecordingSource } from '../../cv-worker/src/evaluation/recordings.ts';
import { CODECS, type Codec } from './matrix/cell.ts';
import { SIMULATION_NAMES, type Simulation } from './simulations.ts';

export type Source = RecordingSource | Simulation;
export type Options = {
  only: Source[];
  cells?: number;
  codec?: Codec;
  subjects?: true;
  json?: string;
  plot?: string;
};

const SOURCES: readonly Source[] = [...RECORDING_SOURCES, ...SIMULATION_NAMES];
/** The curve and the live runs take long, and answer questions of their own. */
const DEFAULT_SOURCES: Source[] = [...RECORDING_SOURCES, 'matrix'];

/** @throws CommanderError after saying on standard error what is wrong */
export function parseOptions(): Options {
  return new Command('eval')
    .description('Compares vitals with references, and says which targets are met.')
    .addOption(
      new Option('--only <source>', `recordings, or one of ${SOURCES.join(', ')}`)
        .argParser(parseOnly)
        .default(DEFAULT_SOURCES, 'all recordings and the matrix'),
    )
    .option('--cells <count>', 'an even part of the matrix, or the first live cells', parseCells)
    .addOption(
      new Option('--codec <codec>', 'the matrix with the same pictures all encoded so').choices(CODECS),
    )
    .option('--subjects', 'a line for each subject')
    .option('--json <file>', 'writes everything as JSON as well')
    .option('--plot <folder>', 'draws the calibration curves as SVG')
    .exitOverride()
    .parse()
    .opts<Options>();
}

function parseOnly(name: string): Source[] {
  if (name === 'recordings') return [...RECORDING_SOURCES];
  const source = SOURCES.find((candidate) => candidate === name);
  if (source === undefined) {
    throw new InvalidArgumentError(`Choose one of ${['recordings', ...SOURCES].join(', ')}.`);
  }
  return [source];
}

function parseCells(text: string): number {
  const cells = Number(text);
  if (!Number.isInteger(cells) || cells < 1) throw new InvalidArgumentError('Give a whole number above 0.');
  return cells;
}
