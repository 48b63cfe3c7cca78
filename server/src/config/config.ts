/** The server's settings: one schema, read once. A wrong setting stops the start with a sentence that names it. */
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_PATIENT_ID_PATTERN, MAX_MESSAGE_BYTES } from '@haven/protocol';
import { z } from 'zod';
import { nodeSchema } from '../audit/chained-line.ts';
import { NetworkList } from './networks.ts';

const repositoryRoot = resolve(import.meta.dirname, '../../..');

const MINUTE_MS = 60_000;
/** When none is set, in production; elsewhere somebody waits at a terminal. */
const PRODUCTION_DRAIN_SECONDS = 20;
/** Connections of CV workers and of those who look at no room yet, beside devices and viewers. */
const OTHER_CONNECTIONS = 20;

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const origins = list.refine(
  (entries) => entries.every((entry) => URL.canParse(entry) && new URL(entry).origin === entry),
  'gives something else than origins like https://ward.example',
);
const networks = list
  .refine(areNetworks, 'gives something else than addresses and networks like 192.0.2.0/24')
  .transform((entries) => new NetworkList(entries));
/** RFC 7064, RFC 7065: nothing that would end a header such as HTTP's `Link`. */
const ICE_SERVER_URL = /^(stuns?:[\w.:[\]-]+|turns?:[\w.:[\]-]+(\?transport=(udp|tcp))?)$/;
const iceServerUrls = list.refine(
  (entries) =>
    entries.length <= 8 && entries.every((entry) => entry.length <= 256 && ICE_SERVER_URL.test(entry)),
  'gives something else than at most 8 addresses like turn:turn.example:3478?transport=udp',
);
const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'is no range like 40000-40999')
  .transform((text) => {
    const [min = 0, max = 0] = text.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min >= 1024 && max <= 65_535 && min < max, 'is no range of ports above 1023');
const count = (low: number, high: number) => z.coerce.number().int().min(low).max(high);

const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: count(0, 65535).default(3000),
  /** Minutes without use after which a session locks; 0: never. */
  HAVEN_SESSION_INACTIVITY_MINUTES: count(0, 720).default(15),
  /** Hours after which a session ends, whatever is done. */
  HAVEN_SESSION_HOURS: count(1, 72).default(12),
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
  HAVEN_ALLOWED_ORIGINS: origins.default([]),
  /** Requests to the HTTP API that one address may make a second, and at once. */
  HAVEN_HTTP_RATE: count(1, 10_000).default(10),
  HAVEN_HTTP_BURST: count(1, 10_000).default(20),
  /** Networks whose addresses stand for many people (a hospital behind one NAT): limits an address do not apply. */
  HAVEN_TRUSTED_NETWORKS: networks.prefault(''),
  /** Reverse proxies whose X-Forwarded-For is believed. */
  HAVEN_TRUSTED_PROXIES: networks.prefault(''),
  HAVEN_PATIENT_ID_PATTERN: z
    .string()
    .max(200)
    .refine(isPattern, 'is no regular expression')
    .default(DEFAULT_PATIENT_ID_PATTERN),
  /** Media ports: one a mediasoup worker, from this one upwards; 0 takes free ones. */
  HAVEN_MEDIA_PORT: count(0, 65535).default(0),
  HAVEN_MEDIA_WORKERS: count(0, 128).default(0),
  MEDIASOUP_WORKER_BIN: z.string().optional(),
  /** STUN and TURN servers that peers are told of, comma separated: `stun:`, `turn:`, `turns:`. */
  HAVEN_TURN_URLS: iceServerUrls.default([]),
  /** Shared with the TURN server (coturn's static-auth-secret), which checks the credentials that are made of it. */
  HAVEN_TURN_SECRET: z.string().min(16).max(256).optional(),
  /** Minutes for which these credentials open relays: as long as a session may last. */
  HAVEN_TURN_TTL_MINUTES: count(5, 10_080).default(720),
  HAVEN_MAX_DEVICES: count(1, 10_000).default(50),
  HAVEN_MAX_VIEWERS: count(1, 10_000).default(200),
  /** Signalling connections at a time; left out, nine tenths of them are the devices and viewers. */
  HAVEN_MAX_CONNECTIONS: count(1, 50_000).optional(),
  /** Connections that one address may hold at a time. */
  HAVEN_CONNECTIONS_PER_ADDRESS: count(1, 10_000).default(10),
  /** Connections that come to nothing, and refused sign-ins, that one address may make in a minute. */
  HAVEN_ATTEMPTS_PER_MINUTE: count(1, 10_000).default(10),
  /** Largest signalling message and HTTP body, bytes. */
  HAVEN_MESSAGE_BYTES: count(16_384, 16_777_216).default(MAX_MESSAGE_BYTES),
  /** Of one connection: a wall that opens 50 tiles at once makes about 150 requests. */
  HAVEN_MESSAGES_PER_SECOND: count(10, 10_000).default(200),
  /**
   * Of one stream, all layers together, bit/s: three layers up to 720p take 2.5 Mbit/s, the rest is for bursts. One that
   * goes on sending half as much again is ended.
   */
  HAVEN_STREAM_BITRATE: count(100_000, 100_000_000).default(5_000_000),
  HAVEN_STREAM_FRAMES_PER_SECOND: count(5, 120).default(35),
  HAVEN_CONSUMERS_PER_VIEWER: count(1, 1000).default(100),
  /** Streams that one user may play over WHEP at a time, one that was left without a word for half a minute included. */
  HAVEN_PLAYERS_PER_USER: count(1, 10_000).default(10),
  /** WebRTC transports of one device or viewer: one for pictures, two for a talk, and one that replaces another. */
  HAVEN_TRANSPORTS_PER_PEER: count(1, 16).default(4),
  /** How long sessions may run on after SIGTERM while no new ones are taken; 0: the server stops at once. */
  HAVEN_DRAIN_SECONDS: count(0, 3600).optional(),
  /** Addresses to which taps may send RTP in the clear. */
  HAVEN_TAP_ADDRESSES: list.default(['127.0.0.1']),
  HAVEN_METRICS_TOKEN: z.string().min(16).optional(),
  /** Name of this server in the audit trail; made once and kept in the data directory when left out. */
  HAVEN_NODE_ID: nodeSchema.optional(),
  /** Ed25519 key in PEM that signs the audit trail's checkpoints; made in the data directory when left out. */
  HAVEN_AUDIT_KEY_FILE: z.string().optional(),
  /** Days for which the audit trail is kept: six years (45 CFR 164.316). */
  HAVEN_AUDIT_RETENTION_DAYS: count(366, 36_500).default(2190),
  /** OpenTelemetry's own settings; with one of these, traces leave over OTLP. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  /** Share of the traces that are recorded. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  SUPABASE_URL: z.url().optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_JWT_SECRET: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  /** Redis or Valkey, through which several servers share what they have read. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'is no redis: or rediss: address' }).optional(),
  /** What all nodes of a cluster know; with it, REDIS_URL and HAVEN_NODE_URL this server is one of them. */
  HAVEN_CLUSTER_SECRET: z.string().min(32).max(256).optional(),
  /** Where the other nodes of the cluster reach this one's HTTP port. */
  HAVEN_NODE_URL: z.url({ protocol: /^https?$/, error: 'is no http: or https: address' }).optional(),
  /** Places of all nodes of the cluster together; left out, each node's own limits hold alone. */
  HAVEN_CLUSTER_MAX_DEVICES: count(1, 100_000).optional(),
  HAVEN_CLUSTER_MAX_VIEWERS: count(1, 100_000).optional(),
  /** UDP ports of the pipes between nodes, such as 40000-40999; any free ones when left out. */
  HAVEN_PIPE_PORTS: portRange.optional(),
  /** Days after which vitals, events and ended alerts are deleted. */
  HAVEN_RETENTION_DAYS: count(1, 3650).default(90),
  /** Most that the journal may take on disk; what is in it is held in memory as well. */
  HAVEN_JOURNAL_LIMIT_MB: count(16, 4096).default(256),
});

function areNetworks(entries: readonly string[]): boolean {
  try {
    new NetworkList(entries);
    return true;
  } catch {
    return false;
  }
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

export type Config = Readonly<ReturnType<typeof readConfig>>;

export type ClusterConfig = {
  redisUrl: string;
  /** What nodes of one cluster know. */
  secret: string;
  /** Where other nodes reach this one's HTTP port. */
  url: string;
  /** Places of all nodes together, where they are bounded. */
  limits: { devices: number | undefined; viewers: number | undefined };
};

/** @throws ConfigError when some of what belongs together is missing */
function clusterOf({
  HAVEN_ANNOUNCED_ADDRESS: announcedAddress,
  HAVEN_CLUSTER_MAX_DEVICES: devices,
  HAVEN_CLUSTER_MAX_VIEWERS: viewers,
  HAVEN_CLUSTER_SECRET: secret,
  HAVEN_NODE_URL: url,
  REDIS_URL: redisUrl,
}: z.output<typeof environmentSchema>): ClusterConfig | undefined {
  if ([secret, url, devices, viewers].every((setting) => setting === undefined)) return undefined;
  if (secret === undefined || url === undefined || redisUrl === undefined) {
    throw new ConfigError(
      'A node of a cluster needs REDIS_URL, HAVEN_CLUSTER_SECRET and HAVEN_NODE_URL: set all three.',
    );
  }
  // A pipe between nodes connects to an address of its packets, and looks up no names.
  if (announcedAddress !== undefined && isIP(announcedAddress) === 0) {
    throw new ConfigError(
      'HAVEN_ANNOUNCED_ADDRESS of a node of a cluster has to be an IP address: pipes between nodes take no names.',
    );
  }
  return { redisUrl, secret, url, limits: { devices, viewers } };
}

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
  if (settings.HAVEN_HTTP_BURST < settings.HAVEN_HTTP_RATE) {
    throw new ConfigError('HAVEN_HTTP_BURST must not be smaller than HAVEN_HTTP_RATE.');
  }
  if (
    settings.HAVEN_TURN_SECRET === undefined &&
    settings.HAVEN_TURN_URLS.some((url) => url.startsWith('turn'))
  ) {
    throw new ConfigError(
      'HAVEN_TURN_URLS names a TURN server: set HAVEN_TURN_SECRET to the secret that it shares.',
    );
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
    http: {
      /** Requests a second that one address may make. */
      rate: settings.HAVEN_HTTP_RATE,
      /** Requests that one address may make at once. */
      burst: settings.HAVEN_HTTP_BURST,
    },
    sessions: {
      inactivityMs:
        settings.HAVEN_SESSION_INACTIVITY_MINUTES === 0
          ? null
          : settings.HAVEN_SESSION_INACTIVITY_MINUTES * MINUTE_MS,
      absoluteMs: settings.HAVEN_SESSION_HOURS * 60 * MINUTE_MS,
    },
    trustedNetworks: settings.HAVEN_TRUSTED_NETWORKS,
    trustedProxies: settings.HAVEN_TRUSTED_PROXIES,
    patientIdPattern: new RegExp(settings.HAVEN_PATIENT_ID_PATTERN),
    media: {
      port: settings.HAVEN_MEDIA_PORT,
      /** 0: one a core. */
      workers: settings.HAVEN_MEDIA_WORKERS,
      workerBinary: settings.MEDIASOUP_WORKER_BIN,
      /** Of pipes between nodes. */
      pipePorts: settings.HAVEN_PIPE_PORTS,
    },
    limits: {
      devices: settings.HAVEN_MAX_DEVICES,
      viewers: settings.HAVEN_MAX_VIEWERS,
      /** Overload begins at nine tenths: by then every device and viewer that is promised a place has one. */
      connections:
        settings.HAVEN_MAX_CONNECTIONS ??
        Math.ceil((settings.HAVEN_MAX_DEVICES + settings.HAVEN_MAX_VIEWERS + OTHER_CONNECTIONS) / 0.9),
      connectionsPerAddress: settings.HAVEN_CONNECTIONS_PER_ADDRESS,
      attemptsPerMinute: settings.HAVEN_ATTEMPTS_PER_MINUTE,
      messageBytes: settings.HAVEN_MESSAGE_BYTES,
      messagesPerSecond: settings.HAVEN_MESSAGES_PER_SECOND,
      /** Of one stream, bit/s. */
      maxIncomingBitrate: settings.HAVEN_STREAM_BITRATE,
      maxFramesPerSecond: settings.HAVEN_STREAM_FRAMES_PER_SECOND,
      consumersPerViewer: settings.HAVEN_CONSUMERS_PER_VIEWER,
      playersPerUser: settings.HAVEN_PLAYERS_PER_USER,
      transportsPerPeer: settings.HAVEN_TRANSPORTS_PER_PEER,
    },
    drainMs: 1000 * (settings.HAVEN_DRAIN_SECONDS ?? (production ? PRODUCTION_DRAIN_SECONDS : 0)),
    turn: {
      urls: settings.HAVEN_TURN_URLS,
      secret: settings.HAVEN_TURN_SECRET,
      ttlMs: settings.HAVEN_TURN_TTL_MINUTES * MINUTE_MS,
    },
    tapAddresses: settings.HAVEN_TAP_ADDRESSES,
    metricsToken: settings.HAVEN_METRICS_TOKEN,
    traces: {
      exported:
        settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
        settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined,
      share: settings.OTEL_TRACES_SAMPLER_ARG,
    },
    nodeId: settings.HAVEN_NODE_ID,
    auditKeyFile: settings.HAVEN_AUDIT_KEY_FILE,
    auditRetentionDays: settings.HAVEN_AUDIT_RETENTION_DAYS,
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
    redisUrl: settings.REDIS_URL,
    cluster: clusterOf(settings),
    retentionDays: settings.HAVEN_RETENTION_DAYS,
    journalLimitBytes: settings.HAVEN_JOURNAL_LIMIT_MB * 1024 ** 2,
  };
}
