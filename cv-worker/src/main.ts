/** The CV worker process: analyses the streams that a Haven server assigns to it. Settings: `config.ts`. */
import { ERRORS, type ErrorCode } from '@haven/protocol';
import { pino } from 'pino';
import { ConfigError, readConfig, type Config } from './config.ts';
import { CvWorker } from './worker.ts';

/** Of a start that cannot succeed before somebody changes something. */
const EXIT_WRONG_SETTING = 2;
/** Longer than stopping takes at most, ms. */
const STOP_TIMEOUT_MS = 6000;
/** Refusals that trying again does not change. */
const FINAL_REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'PROTOCOL_VERSION',
  'INVALID_REQUEST',
]);

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT_WRONG_SETTING);
}

function readConfigOrFail(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

const config = readConfigOrFail();
const logger = pino({ level: config.logLevel, base: { service: 'cv-worker', worker: config.name } });

const starting = CvWorker.start({ config, logger });

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, 'stopping');
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await starting.then((worker) => worker.close());
  process.exit(0);
}
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
// Started by the server: when that dies, nobody is left to work for.
process.on('disconnect', () => void stop('the parent process is gone'));

const worker = await starting.catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error)),
);
let admitted = false;
/** By server. */
const lastRefusals = new Map<string, ErrorCode>();
worker.on('connected', (url) => {
  admitted = true;
  lastRefusals.delete(url);
});
worker.on('refused', (error, url) => {
  const repeated = lastRefusals.get(url) === error.code;
  lastRefusals.set(url, error.code);
  const final = [...lastRefusals.values()].filter((code) => FINAL_REFUSALS.has(code));
  // None of them will ever let it in.
  if (!admitted && final.length === config.urls.length) {
    fail(`The server at ${url} refuses this worker (${error.code}): ${ERRORS[error.code].advice}`);
  }
  if (!repeated) logger.error({ code: error.code, server: url }, 'the server refuses this worker');
});
