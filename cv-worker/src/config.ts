/** The CV worker's settings: one schema, read once. A wrong setting stops the start with a sentence that names it. */
import { readFileSync } from 'node:fs';
import { hostname, availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { cvHandshakeSchema } from '@haven/protocol';
import { z } from 'zod';
import type { NormalFrameRate } from './pace/frame-rate.ts';

/** One thread a core; beyond these a machine should run several workers, so that one failing takes less along. */
const MAX_DEFAULT_THREADS = 8;
const DEFAULT_CAPACITY = 50;
const MOST_SERVERS = 64;
/** Below the ports that systems give out by themselves (32768 and up). */
const DEFAULT_TAP_PORTS = '22000-23999';

const count = (low: number, high: number) => z.coerce.number().int().min(low).max(high);

const environmentSchema = z.object({
  /** The server, or all nodes of a cluster, comma separated. */
  HAVEN_URL: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim().replace(/\/$/, '')))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).max(MOST_SERVERS))
    .prefault('http://127.0.0.1:3000'),
  HAVEN_CV_KEY: z.string().max(4096).optional(),
  HAVEN_CV_KEY_FILE: z.string().optional(),
  HAVEN_CV_NAME: cvHandshakeSchema.shape.name.optional(),
  HAVEN_CV_CAPACITY: count(1, 500).default(DEFAULT_CAPACITY),
  HAVEN_CV_THREADS: count(1, 64).default(Math.min(availableParallelism(), MAX_DEFAULT_THREADS)),
  HAVEN_CV_FRAME_RATE: z
    .enum(['15', '30'])
    .default('15')
    .transform((text): NormalFrameRate => (text === '30' ? 30 : 15)),
  /** Checked here; the analysis threads read it. */
  HAVEN_CV_FALL_EXPERIMENT: z.enum(['0', '1']).default('0'),
  /** This machine's address, to which the server sends RTP. */
  HAVEN_TAP_ADDRESS: z
    .string()
    .refine((address) => isIP(address) !== 0, 'is no IP address')
    .default('127.0.0.1'),
  HAVEN_TAP_PORTS: z
    .string()
    .transform((text, context) => {
      const [, first, last] = /^(\d{4,5})-(\d{4,5})$/.exec(text) ?? [];
      const range = { first: Number(first), last: Number(last) };
      if (range.first >= 1024 && range.last <= 65_535 && range.last - range.first >= 2) return range;
      context.addIssue('is no range of ports such as 22000-23999');
      return z.NEVER;
    })
    .prefault(DEFAULT_TAP_PORTS),
  /** Certificate authority of the server, PEM. */
  HAVEN_CA_FILE: z.string().optional(),
  HAVEN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type Config = Readonly<ReturnType<typeof readConfig>>;

/** A setting is missing or wrong; the message is a sentence for whoever starts the worker. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/**
 * @param environment usually `process.env`
 * @throws ConfigError naming the first wrong setting
 */
export function readConfig(environment: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`The setting ${String(issue.path[0])} is wrong: ${issue.message}.`);
  }
  const settings = parsed.data;
  return {
    urls: [...new Set(settings.HAVEN_URL)],
    key: readKey(settings.HAVEN_CV_KEY, settings.HAVEN_CV_KEY_FILE),
    name: settings.HAVEN_CV_NAME ?? defaultName(),
    capacity: settings.HAVEN_CV_CAPACITY,
    threads: settings.HAVEN_CV_THREADS,
    frameRate: settings.HAVEN_CV_FRAME_RATE,
    tapAddress: settings.HAVEN_TAP_ADDRESS,
    tapPorts: settings.HAVEN_TAP_PORTS,
    certificateAuthority:
      settings.HAVEN_CA_FILE === undefined ? undefined : readSetting('HAVEN_CA_FILE', settings.HAVEN_CA_FILE),
    logLevel: settings.HAVEN_LOG_LEVEL,
  };
}

function readKey(key: string | undefined, file: string | undefined): string {
  const found = key ?? (file === undefined ? undefined : readSetting('HAVEN_CV_KEY_FILE', file).trim());
  if (found === undefined || found === '') {
    throw new ConfigError(
      'Set HAVEN_CV_KEY_FILE (or HAVEN_CV_KEY) to the key with which this worker signs in.',
    );
  }
  return found;
}

function readSetting(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`The setting ${name} is wrong: ${file} cannot be read.`);
  }
}

function defaultName(): string {
  const name = hostname()
    .replace(/[^a-zA-Z0-9._-]/g, '-')
    .slice(0, 64);
  return name === '' ? 'cv-worker' : name;
}
