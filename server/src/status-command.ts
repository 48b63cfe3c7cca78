/** `npm run status`: how a server is. Exits with 0 (healthy), 1 (degraded), 2 (unhealthy, or there is none). */
import { setTimeout as wait } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { ConfigError, readConfig } from './config/config.ts';
import { EXIT_CODES, reportLines } from './status/report.ts';
import { findServer } from './status/server-at.ts';
import { readStatus, StatusError } from './status/status.ts';

const WATCH_INTERVAL_MS = 2000;
const NO_ANSWER = 2;
/** Moves to the upper left corner and clears what is below. */
const CLEAR_SCREEN = '\u001b[H\u001b[J';

type Options = { url?: string; watch?: true; json?: true };

async function main(): Promise<number> {
  const program = new Command('status')
    .description('Shows how a Haven server is.')
    .option('--url <address>', 'another server than the one of the data directory')
    .option('--watch', 'again every two seconds')
    .option('--json', 'for programs')
    .exitOverride()
    .parse();
  const options = program.opts<Options>();
  const config = readConfig(process.env);
  const server = findServer({
    dataDirectory: config.dataDirectory,
    url: options.url,
    token: config.metricsToken,
    authorityFile: process.env.HAVEN_CA_FILE,
  });
  for (;;) {
    const code = await show(server, options);
    if (options.watch !== true) return code;
    await wait(WATCH_INTERVAL_MS);
  }
}

async function show({ url, ask }: ReturnType<typeof findServer>, { json, watch }: Options): Promise<number> {
  if (watch === true && json !== true && process.stdout.isTTY) process.stdout.write(CLEAR_SCREEN);
  try {
    const status = await readStatus(url, ask);
    const lines = json === true ? [JSON.stringify(status)] : reportLines(status);
    process.stdout.write(`${lines.join('\n')}\n`);
    return EXIT_CODES[status.status];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return NO_ANSWER;
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // Commander has said what is wrong, or has shown the help.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : NO_ANSWER;
      return;
    }
    const expected = error instanceof StatusError || error instanceof ConfigError;
    process.stderr.write(`${expected ? error.message : String(error)}\n`);
    process.exitCode = NO_ANSWER;
  },
);
