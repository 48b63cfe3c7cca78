import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { endGroup, signalGroup } from './process-group.mjs';
import { RestartPolicy } from './restart-policy.mjs';

/** The server stops everything within 10 s; what is still there after this, beside a drain, is killed. */
const STOP_LIMIT_MS = 15_000;
/** A terminal's Ctrl-C arrives twice, from the terminal and from npm; whoever asks again does so later. */
const SAME_SIGNAL_MS = 500;
/** What the server says when a drain that a signal began is taken back. */
const RUNS_ON = 'runs on';
/** A dead server's children (media and CV workers, demo devices) keep nothing that is worth a longer wait. */
const ORPHANS_LIMIT_MS = 1_000;

/**
 * Runs a server and stays its parent: starts it again when it crashes, passes SIGTERM and SIGINT on.
 *
 * @param {object} options
 * @param {string} options.command
 * @param {readonly string[]} options.args
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} options.environment
 * @param {(sentence: string) => void} options.report
 * @param {RestartPolicy} [options.policy]
 * @param {number} [options.drainMs] how long sessions may run on after SIGTERM
 * @returns {Promise<number>} the exit code for the parent
 */
export async function supervise({
  command,
  args,
  cwd,
  environment,
  report,
  policy = new RestartPolicy(),
  drainMs = 0,
}) {
  let stop = new AbortController();
  let signalledAt = -Infinity;
  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  /** @type {number | undefined} */
  let leader;
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    const now = performance.now();
    if (now - signalledAt < SAME_SIGNAL_MS) return;
    const drains = signal === 'SIGTERM' && !stop.signal.aborted;
    signalledAt = now;
    stop.abort();
    clearTimeout(limit);
    if (leader !== undefined) limit = stopServer(leader, signal, STOP_LIMIT_MS + (drains ? drainMs : 0));
  };
  /** @param {unknown} message */
  const onMessage = (message) => {
    if (message !== RUNS_ON) return;
    clearTimeout(limit);
    stop = new AbortController();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    for (;;) {
      const startedAt = performance.now();
      // In a process group of its own the server gets each signal once, and its children can be found.
      const child = spawn(command, args, {
        cwd,
        env: environment,
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
        detached: true,
      });
      child.on('message', onMessage);
      leader = child.pid;
      const end = await endOf(child);
      const endedAt = performance.now();
      if (leader !== undefined) await endGroup(leader, ORPHANS_LIMIT_MS);
      leader = undefined;
      if (stop.signal.aborted) return exitCodeOf(end);

      const decision = policy.afterEnd(end, endedAt - startedAt);
      if ('exitCode' in decision) return decision.exitCode;
      report(
        `The server ended with ${describe(end)}; starting it again in ${decision.restartAfterMs / 1000} s.`,
      );
      await delay(decision.restartAfterMs - (performance.now() - endedAt), stop.signal);
      if (stop.signal.aborted) return 0;
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** @param {number} leader @param {NodeJS.Signals} signal @param {number} limitMs @returns {NodeJS.Timeout | undefined} */
function stopServer(leader, signal, limitMs) {
  try {
    process.kill(leader, signal);
  } catch {
    // It ended at this moment.
    return undefined;
  }
  return setTimeout(() => signalGroup(leader, 'SIGKILL'), limitMs).unref();
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<import('./restart-policy.mjs').ProcessEnd>}
 */
function endOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** @param {import('./restart-policy.mjs').ProcessEnd} end @returns {number} as a shell reports it */
function exitCodeOf({ code, signal }) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** @param {import('./restart-policy.mjs').ProcessEnd} end */
function describe({ code, signal }) {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** @param {number} milliseconds @param {AbortSignal} signal ends it early */
function delay(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
