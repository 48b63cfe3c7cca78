import { readFile } from 'node:fs/promises';
import { patientIdSchema } from '@haven/protocol';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { MIN_BITRATE } from './media/bandwidth.ts';
import { UsageError } from './failures.ts';
import { serverOrigin } from './server-origin.ts';

const MAX_SIDE = 1920;
const MIN_SIDE = 32;
const MAX_FRAMES_PER_SECOND = 60;
const MAX_BITRATE = 20_000_000;
const MAX_TOKEN_BYTES = 4096;

type Size = { width: number; height: number };

export type SourceArguments =
  | { kind: 'file'; path: string; loop: boolean; size: Size | undefined }
  | { kind: 'camera'; device: string; size: Size | undefined }
  | { kind: 'synthetic'; parameters: string; size: Size | undefined };

export type Arguments = {
  server: string;
  patientId: string;
  source: SourceArguments;
  /** Undefined: the source's own. */
  framesPerSecond: number | undefined;
  layers: number;
  /** Bit/s of all layers together; undefined: by the picture's size. */
  bitrate: number | undefined;
  tokenFile: string | undefined;
  caFile: string | undefined;
};

/**
 * @param argv what follows the program's name
 * @returns undefined when only the help was asked for, which is printed
 * @throws UsageError with a sentence that says what is wrong
 */
export function parseArguments(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Arguments | undefined {
  const command = buildCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(error.message.replace(/^error: /, ''));
  }
  const options = command.opts<Options>();
  return {
    server: options.server,
    patientId: options.patient,
    source: sourceOf(options),
    framesPerSecond: options.fps,
    layers: options.layers,
    bitrate: options.bitrate,
    tokenFile: options.tokenFile,
    caFile: options.ca ?? (environment.HAVEN_CA_FILE === '' ? undefined : environment.HAVEN_CA_FILE),
  };
}

/**
 * The device's token: from `--token-file`, else from HAVEN_DEVICE_TOKEN; never from the command line, which every
 * user of the machine can read.
 * @throws UsageError when there is none
 */
export async function readToken(
  tokenFile: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  let token = environment.HAVEN_DEVICE_TOKEN;
  if (tokenFile !== undefined) {
    try {
      token = await readFile(tokenFile, 'utf8');
    } catch {
      throw new UsageError(`The token file ${tokenFile} cannot be read.`);
    }
  }
  token = token?.trim() ?? '';
  if (token === '') throw new UsageError('There is no token: set HAVEN_DEVICE_TOKEN, or give --token-file.');
  if (token.length > MAX_TOKEN_BYTES) throw new UsageError('The token is too long to be one.');
  return token;
}

type Options = {
  server: string;
  patient: string;
  file?: string;
  loop?: true;
  camera?: string;
  synthetic?: string;
  size?: Size;
  fps?: number;
  layers: number;
  bitrate?: number;
  tokenFile?: string;
  ca?: string;
};

function buildCommand(): Command {
  return new Command('npm run device --')
    .description('Publishes one patient’s video from a camera, a recording or a synthetic patient.')
    .requiredOption('--server <url>', 'origin of the Haven server', serverOrigin)
    .requiredOption('--patient <id>', 'the patient in the picture, such as P-101', patientId)
    .addOption(new Option('--file <path>', 'publish a recording').conflicts(['camera', 'synthetic']))
    .option('--loop', 'play the recording again and again')
    .addOption(new Option('--camera <device>', 'publish a camera, /dev/video0').conflicts(['synthetic']))
    .option('--synthetic <parameters>', 'publish a synthetic patient: hr=72,rr=14,…')
    .option('--size <WxH>', 'size of the picture, such as 640x480', size)
    .option('--fps <rate>', 'frames a second', integer('--fps', 1, MAX_FRAMES_PER_SECOND))
    .option('--layers <count>', 'simulcast layers', integer('--layers', 1, 3), 2)
    .option('--bitrate <bps>', 'of all layers', integer('--bitrate', MIN_BITRATE, MAX_BITRATE))
    .option('--token-file <path>', 'file with the device’s token (or HAVEN_DEVICE_TOKEN)')
    .option('--ca <path>', 'certificate that signed the server’s (or HAVEN_CA_FILE)')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

function sourceOf({ file, camera, synthetic, loop, size: picture }: Options): SourceArguments {
  if (loop === true && file === undefined) throw new UsageError('--loop goes with --file only.');
  if (file !== undefined) return { kind: 'file', path: file, loop: loop ?? false, size: picture };
  if (camera !== undefined) return { kind: 'camera', device: camera, size: picture };
  if (synthetic !== undefined) return { kind: 'synthetic', parameters: synthetic, size: picture };
  throw new UsageError('Say what to publish: --file, --camera or --synthetic.');
}

function patientId(text: string): string {
  if (patientIdSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('Give a patient’s id such as P-101.');
}

function size(text: string): Size {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const valid = [width, height].every((side) => side % 2 === 0 && side >= MIN_SIDE && side <= MAX_SIDE);
  if (valid) return { width, height };
  throw new InvalidArgumentError(`Give WIDTHxHEIGHT, both even, from ${MIN_SIDE} to ${MAX_SIDE}.`);
}

function integer(name: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`${name} takes a whole number from ${low} to ${high}.`);
  };
}
