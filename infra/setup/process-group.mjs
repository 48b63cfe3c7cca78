/** How often a dying group is looked at, in milliseconds. */
const POLL_MS = 50;

/**
 * @param {number} leader pid of the group's first process, started with `detached: true`
 * @param {NodeJS.Signals | 0} signal 0 only asks whether anybody is there
 * @returns {boolean} whether the group had a process
 */
export function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Asks a process group to end, waits, and kills what is left.
 *
 * @param {number} leader pid of the group's first process
 * @param {number} graceMs
 */
export async function endGroup(leader, graceMs) {
  if (!signalGroup(leader, 'SIGTERM')) return;
  const deadline = Date.now() + graceMs;
  while (signalGroup(leader, 0)) {
    if (Date.now() > deadline) {
      signalGroup(leader, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
