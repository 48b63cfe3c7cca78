/** The server's process: settings in, signals, exit codes and what a person at the terminal reads. */
import { ConfigError, readConfig } from './config/config.ts';
import { Haven } from './haven.ts';
import { DataDirectoryInUseError, StoreStartError } from './records/errors.ts';

/** The start cannot succeed until somebody changes something: whoever restarts a crashed server must not. */
const EXIT_DO_NOT_RESTART = 2;
/** Everything has stopped after this long, or is abandoned, ms. */
const STOP_WITHIN_MS = 9_500;
/** Told to the parent when a drain that a signal began is taken back: it need not end this process then. */
const RUNS_ON = 'runs on';

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = readConfig(process.env, process.stdout.isTTY);
  const haven = await Haven.start(config, (name, ms) =>
    say(`  ${name.padEnd(10)} ${(ms / 1000).toFixed(1)} s`),
  );

  say(`\nHaven is up at ${haven.url} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  for (const { email, password } of haven.newCredentials)
    say(`  sign in as ${email} with the password ${password}`);
  if (haven.newCredentials.length > 0) {
    say(`  (shown only now; also in ${config.dataDirectory}/credentials.txt, readable by you alone)`);
  }
  if (config.logFile !== undefined) say(`  logs: ${config.logFile}`);
  if (config.demo) say('  Four simulated patients are shown; HAVEN_DEMO=0 starts without them.');

  let draining = false;
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say('Haven is stopping');
    setTimeout(() => {
      say('Haven did not stop in time and is ended');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    void haven.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Whoever presses a key waits for it; whoever asks twice does not want to wait.
      if (signal === 'SIGTERM' && config.drainMs > 0 && !draining) {
        draining = true;
        say(`Haven takes no new sessions and stops within ${config.drainMs / 1000} s`);
        void haven.drain(config.drainMs).then((drained) => {
          if (drained) {
            stop();
            return;
          }
          draining = false;
          process.send?.(RUNS_ON);
        });
      } else {
        stop();
      }
    });
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof DataDirectoryInUseError) {
    say(error.message);
    process.exit(EXIT_DO_NOT_RESTART);
  }
  if (error instanceof StoreStartError) {
    say(error.message);
    process.exit(1);
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
