import { readFileSync, readdirSync } from 'node:fs';

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
  signalGroup(leader, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (groupLives(leader)) {
    if (Date.now() > deadline) {
      signalGroup(leader, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** @param {number} leader @returns {boolean} whether a process of the group still runs */
export function groupLives(leader) {
  if (!signalGroup(leader, 0)) return false;
  // In a container whose first process collects no orphans, dead ones stay in the group for ever.
  return process.platform !== 'linux' || readdirSync('/proc').some((entry) => runsInGroup(entry, leader));
}

/** @param {string} entry of /proc @param {number} leader */
function runsInGroup(entry, leader) {
  if (!/^\d+$/.test(entry)) return false;
  try {
    const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
    // proc(5): pid (name) state parent group …; the name may hold anything.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  } catch {
    // It ended while we looked.
    return false;
  }
}
