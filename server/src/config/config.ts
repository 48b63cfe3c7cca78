/** The server's settings: one schema, read once. A wrong setting stops the start with a sentence that names it. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_PATIENT_ID_PATTERN } from '@haven/protocol';
import { z } from 'zod';

const repositoryRoot = resolve(import.meta.dirname, '../../..');

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const count = (low: number, high: number) => z.coerce.number().int().min(low).max(high);

const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: count(0, 65535).default(3000),
  /** Address that HTTP listens on; anything but loopback needs HAVEN_TLS. */
  HAVEN_LISTEN: z.string().default('127.0.0.1'),
  /** `off`, `self-signed`, or `CERTIFICATE.pem,KEY.pem`. */
  HAVEN_TLS: z.string().default('off'),
  /** The address at which other machines reach this one's media. */
  HAVEN_ANNOUNCED_ADDRESS: z.string().max(253).optional(),
  HAVEN_DATA_DIR: z.string().default(join(repositoryRoot, '.haven')),
  HAVEN_DEMO: flag.optional(),
  /** Start a CV worker as a child (0: workers are run by somebody else). */
  HAVEN_CV_WORKERS: count(0, 64).default(1),
  HAVEN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** File for the JSON logs of the server and its children; `-` is standard output. */
  HAVEN_LOG_FILE: z.string().optional(),
  /** Origins that browsers may come from besides Haven's own, comma separated. */
  HAVEN_ALLOWED_ORIGINS: list.default([]),
  HAVEN_PATIENT_ID_PATTERN: z
    .string()
    .max(200)
    .refine(isPattern, 'is no regular expression')
    .default(DEFAULT_PATIENT_ID_PATTERN),
  /** Media ports: one a mediasoup worker, from this one upwards; 0 takes free ones. */
  HAVEN_MEDIA_PORT: count(0, 65535).default(0),
  HAVEN_MEDIA_WORKERS: count(0, 128).default(0),
  MEDIASOUP_WORKER_BIN: z.string().optional(),
  HAVEN_MAX_DEVICES: count(1, 10_000).default(50),
  HAVEN_MAX_VIEWERS: count(1, 10_000).default(200),
  /** Addresses to which taps may send RTP in the clear. */
  HAVEN_TAP_ADDRESSES: list.default(['127.0.0.1']),
  HAVEN_METRICS_TOKEN: z.string().min(16).optional(),
  SUPABASE_URL: z.url().optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_JWT_SECRET: z.string().optional(),
  DATABASE_URL: z.string().optional(),
});

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

export type Config = Readonly<ReturnType<typeof readConfig>>;

/** A setting is missing or wrong; the message is a sentence for whoever starts the server. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/**
 * @param environment usually `process.env`
 * @param terminal whether a person reads standard output: then logs go to a file by default
 * @throws ConfigError naming the first wrong setting
 */
export function readConfig(environment: Record<string, string | undefined>, terminal = false) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new ConfigError(`The setting ${issue.path.join('.')} is wrong: ${issue.message}.`);
  }
  const settings = parsed.data;
  const hosted = settings.SUPABASE_URL !== undefined;
  if (
    hosted &&
    (settings.SUPABASE_PUBLISHABLE_KEY === undefined || settings.SUPABASE_SECRET_KEY === undefined)
  ) {
    throw new ConfigError('With SUPABASE_URL, set SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY as well.');
  }
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(settings.HAVEN_LISTEN);
  if (!loopback && settings.HAVEN_TLS === 'off') {
    throw new ConfigError(
      `HAVEN_LISTEN=${settings.HAVEN_LISTEN} would send patient data in the clear: set HAVEN_TLS (self-signed, or CERTIFICATE.pem,KEY.pem) as well.`,
    );
  }
  const production = settings.NODE_ENV === 'production';
  const demo = settings.HAVEN_DEMO ?? (!production && !hosted);
  if (demo && (production || hosted)) {
    throw new ConfigError(
      'HAVEN_DEMO=1 shows synthetic patients and is refused in production and with SUPABASE_URL.',
    );
  }
  const dataDirectory = resolve(settings.HAVEN_DATA_DIR.replace(/^~(?=\/)/, homedir()));
  const logFile = settings.HAVEN_LOG_FILE ?? (terminal ? join(dataDirectory, 'haven.log') : '-');
  return {
    production,
    port: settings.PORT,
    listenAddress: settings.HAVEN_LISTEN,
    tls: settings.HAVEN_TLS,
    announcedAddress: settings.HAVEN_ANNOUNCED_ADDRESS,
    dataDirectory,
    repositoryRoot,
    demo,
    /** Synthetic sources are only for demonstrations and tests. */
    syntheticAllowed: !production && !hosted,
    cvWorkers: settings.HAVEN_CV_WORKERS,
    logLevel: settings.HAVEN_LOG_LEVEL,
    /** Undefined: standard output. */
    logFile: logFile === '-' ? undefined : resolve(logFile),
    allowedOrigins: settings.HAVEN_ALLOWED_ORIGINS,
    patientIdPattern: new RegExp(settings.HAVEN_PATIENT_ID_PATTERN),
    media: {
      port: settings.HAVEN_MEDIA_PORT,
      /** 0: one a core. */
      workers: settings.HAVEN_MEDIA_WORKERS,
      workerBinary: settings.MEDIASOUP_WORKER_BIN,
    },
    limits: { devices: settings.HAVEN_MAX_DEVICES, viewers: settings.HAVEN_MAX_VIEWERS },
    tapAddresses: settings.HAVEN_TAP_ADDRESSES,
    metricsToken: settings.HAVEN_METRICS_TOKEN,
    supabase:
      settings.SUPABASE_URL === undefined
        ? undefined
        : {
            url: settings.SUPABASE_URL,
            publishableKey: settings.SUPABASE_PUBLISHABLE_KEY!,
            secretKey: settings.SUPABASE_SECRET_KEY!,
            jwtSecret: settings.SUPABASE_JWT_SECRET,
          },
    databaseUrl: settings.DATABASE_URL,
  };
}
