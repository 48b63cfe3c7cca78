/** The device agent's command line: `npm run device -- --help`. */
import { HavenError } from '@haven/protocol';
import { pino } from 'pino';
import { DeviceAgent } from './agent.ts';
import { parseArguments, readToken, type Arguments } from './arguments.ts';
import { UsageError } from './failures.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { readCertificates } from './signalling-client.ts';
import { openSource } from './sources/open-source.ts';

/** Exit codes: the server's final refusal, and what the caller has to put right. */
const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  const given = parseArguments(process.argv.slice(2));
  if (given) await publish(given);
}

async function publish(given: Arguments): Promise<void> {
  const log = pino({ name: 'device', level: process.env.HAVEN_LOG_LEVEL ?? 'info' });
  const token = await readToken(given.tokenFile);
  const ca = given.caFile === undefined ? undefined : await readCertificates(given.caFile);
  const ffmpeg = await findFfmpeg();
  const source = await openSource(given, ffmpeg, log);
  const agent = new DeviceAgent({
    signalling: { server: given.server, token, ca },
    patientId: given.patientId,
    source,
    ffmpeg,
    layerCount: given.layers,
    maxBitrate: given.bitrate ?? Infinity,
    maxFramesPerSecond: given.framesPerSecond ?? source.picture.framesPerSecond,
    log,
  });
  const stop = () => void agent.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Started as a child, the agent does not outlive its parent.
  process.once('disconnect', stop);
  // Of a button at the bedside: `kill -USR2`. Node keeps USR1 to itself.
  process.on('SIGUSR2', () => agent.togglePrivacy());
  await agent.run();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const usage =
    error instanceof UsageError || (error instanceof HavenError && error.code === 'INVALID_REQUEST');
  const code = error instanceof HavenError ? `${error.code}: ` : '';
  process.stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(usage ? EXIT_USAGE : EXIT_REFUSED);
}
