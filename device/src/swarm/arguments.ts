import { roomIdSchema } from '@haven/protocol';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { UsageError } from '../failures.ts';
import type { LoopedLayer } from './looped-clip.ts';
import { serverOrigin } from '../server-origin.ts';

/** What one process of Node and one machine can be asked for. */
const MAX_PUBLISHERS = 500;
const MAX_VIEWERS = 1000;
const MAX_TILES = 100;
const MAX_SECONDS = 24 * 3600;
const MAX_FRAMES_PER_SECOND = 60;
const MAX_JOINS_PER_SECOND = 100;
const MAX_PATIENT_NUMBER = 999;

export type SwarmArguments = {
  server: string;
  publishers: number;
  viewers: number;
  tiles: number;
  duration: number;
  room: string;
  /** Patients are made from this number on: P-501 … */
  firstPatient: number;
  framesPerSecond: number;
  layers: LoopedLayer[];
  tileWidth: number;
  tileHeight: number;
  focused: number;
  joinsPerSecond: number;
  json: boolean;
};

/** Who prepares the swarm: an administrator; and who its viewers are. */
export type SwarmPeople = {
  administrator: { email: string; password: string };
  clinician: { email: string; password: string };
};

type Options = Omit<SwarmArguments, 'framesPerSecond' | 'tileWidth' | 'tileHeight' | 'json'> & {
  fps: number;
  tileSize: { width: number; height: number };
  json?: true;
};

/**
 * @param argv what follows the program's name
 * @returns undefined when only the help was asked for, which is printed
 * @throws UsageError with a sentence that says what is wrong
 */
export function parseSwarmArguments(argv: readonly string[]): SwarmArguments | undefined {
  const command = buildCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(error.message.replace(/^error: /, ''));
  }
  const { fps, tileSize, json, ...options } = command.opts<Options>();
  if (options.firstPatient + options.publishers - 1 > MAX_PATIENT_NUMBER) {
    throw new UsageError(
      `There are no ${options.publishers} patient numbers from ${options.firstPatient} on.`,
    );
  }
  return {
    ...options,
    framesPerSecond: fps,
    tileWidth: tileSize.width,
    tileHeight: tileSize.height,
    json: json ?? false,
  };
}

/**
 * Passwords come from the environment: every user of a machine can read its command lines.
 * @throws UsageError when one is missing
 */
export function readPeople(environment: NodeJS.ProcessEnv = process.env): SwarmPeople {
  const read = (role: string) => {
    const [email, password] = [`HAVEN_SWARM_${role}_EMAIL`, `HAVEN_SWARM_${role}_PASSWORD`];
    const person = { email: environment[email] ?? '', password: environment[password] ?? '' };
    if (person.email === '' || person.password === '') throw new UsageError(`Set ${email} and ${password}.`);
    return person;
  };
  return { administrator: read('ADMINISTRATOR'), clinician: read('CLINICIAN') };
}

function buildCommand(): Command {
  return new Command('npm run swarm --')
    .description(
      'Publishes and watches many streams at once, for load tests. HAVEN_SWARM_ADMINISTRATOR_EMAIL and …_PASSWORD name who makes patients and devices (removed at the end), HAVEN_SWARM_CLINICIAN_EMAIL and …_PASSWORD who watches.',
    )
    .requiredOption('--server <url>', 'origin of the Haven server', serverOrigin)
    .option('--publishers <count>', 'devices', whole('--publishers', 0, MAX_PUBLISHERS), 10)
    .option('--viewers <count>', 'walls', whole('--viewers', 0, MAX_VIEWERS), 5)
    .option('--tiles <count>', 'tiles of a wall', whole('--tiles', 1, MAX_TILES), 12)
    .option('--duration <seconds>', 'after all have joined', whole('--duration', 1, MAX_SECONDS), 60)
    .option('--room <id>', 'the monitoring room', room, 'ward-a')
    .option('--first-patient <number>', 'P-501 for 501', whole('--first-patient', 0, MAX_PATIENT_NUMBER), 501)
    .option('--fps <rate>', 'frames a second', whole('--fps', 1, MAX_FRAMES_PER_SECOND), 15)
    .option('--layers <list>', 'WxH:kbit/s, lowest first', layers, layers('320x240:400,640x480:1000'))
    .option('--tile-size <WxH>', 'pixels of a tile', size, { width: 320, height: 240 })
    .option('--focused <count>', 'enlarged tiles of a wall', whole('--focused', 0, MAX_TILES), 0)
    .option('--joins-per-second <rate>', 'of walls', whole('--joins-per-second', 1, MAX_JOINS_PER_SECOND), 5)
    .option('--json', 'print the figures as JSON')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

function room(text: string): string {
  if (roomIdSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('Give a room’s id such as ward-a.');
}

function size(text: string): { width: number; height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give WIDTHxHEIGHT.');
  return { width: Number(match[1]), height: Number(match[2]) };
}

function layers(text: string): LoopedLayer[] {
  return text.split(',').map((layer) => {
    const [picture = '', kilobits = ''] = layer.split(':');
    if (!/^\d{2,5}$/.test(kilobits)) throw new InvalidArgumentError('Give WIDTHxHEIGHT:KBIT/S, … .');
    return { ...size(picture), bitrate: 1000 * Number(kilobits) };
  });
}

function whole(name: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`${name} takes a whole number from ${low} to ${high}.`);
  };
}
