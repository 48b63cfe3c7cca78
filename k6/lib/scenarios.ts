import exec from 'k6/execution';
import type { LoadOptions, Scenario } from './options.ts';
import { askForRole, readWard, sessionOf, signIn, signInAll, type Session } from './rest.ts';
import { nodeOf, USERS } from './settings.ts';
import { watchRoom } from './wall.ts';

/** What `setup` hands to every virtual user. */
export type Prepared = { sessions: Session[] };

/** How long one virtual user watches before it comes anew, s. */
export const WATCH_SECONDS = 20;
/** Of the five requests that one reading of a ward makes. */
export const REQUESTS_A_READING = 5;

export const TREND_STATISTICS: LoadOptions['summaryTrendStats'] = ['med', 'p(95)', 'p(99)', 'max', 'count'];

export function prepare(): Prepared {
  return { sessions: signInAll() };
}

/** Functions that scenarios name; each script exports them under these names. */
export function rest({ sessions }: Prepared): void {
  readWard(sessionOf(sessions, exec.vu.idInTest));
}

export async function signalling({ sessions }: Prepared): Promise<void> {
  const { idInTest } = exec.vu;
  await watchRoom(nodeOf(idInTest), sessionOf(sessions, idInTest), WATCH_SECONDS);
}

export function signingIn(): void {
  askForRole(signIn(USERS[exec.scenario.iterationInTest % USERS.length]));
}

/** Readings at a rate that changes: `stages` as `[requests a second, k6's time]`. */
export function requests(
  start: number,
  stages: readonly (readonly [number, string])[],
  virtualUsers: number,
): Scenario {
  return {
    executor: 'ramping-arrival-rate',
    exec: 'rest',
    startRate: Math.ceil(start / REQUESTS_A_READING),
    timeUnit: '1s',
    preAllocatedVUs: virtualUsers,
    stages: stages.map(([rate, duration]) => ({ target: Math.ceil(rate / REQUESTS_A_READING), duration })),
  };
}

/** Walls whose number changes. */
export function walls(start: number, stages: readonly (readonly [number, string])[]): Scenario {
  return {
    executor: 'ramping-vus',
    exec: 'signalling',
    startVUs: start,
    gracefulRampDown: `${WATCH_SECONDS + 10}s`,
    gracefulStop: `${WATCH_SECONDS + 10}s`,
    stages: stages.map(([target, duration]) => ({ target, duration })),
  };
}

/** Somebody signs in every few seconds. */
export function signIns(everySeconds: number, duration: string): Scenario {
  return {
    executor: 'constant-arrival-rate',
    exec: 'signingIn',
    rate: 1,
    timeUnit: `${everySeconds}s`,
    duration,
    preAllocatedVUs: 2,
  };
}
