/** What has to hold, each with where it comes from. `abortOnFail` is never used: a run shows everything it found. */
import { WATCH_SECONDS } from './scenarios.ts';

/** API p95 below 500 ms, errors below 1 %: Haven's acceptance figures. Within the limits it refuses as good as nothing. */
export const API = {
  'http_req_duration{kind:api}': ['p(95)<500'],
  haven_request_failures: ['rate<0.01'],
  haven_request_refusals: ['rate<0.01'],
};

/** Signing in within 200 ms, and a look at somebody's role within 50 ms: acceptance figures. */
export const SIGN_IN = {
  haven_sign_in: ['p(95)<200'],
  haven_sign_in_failures: ['rate<0.01'],
  haven_role_check: ['p(95)<50'],
};

/** A page within 1 s (acceptance figures), of which the room's snapshot may take half. */
export const SESSIONS = {
  haven_connect: ['p(95)<500'],
  haven_join: ['p(95)<500'],
  haven_session_failures: ['rate<0.01'],
  haven_session_refusals: ['rate<0.01'],
  /** Without a heartbeat for 4 s a wall shows ALARMS OFF (docs/protocol.md). */
  haven_heartbeat_gap: ['p(99)<2000', 'max<4000'],
  /** From the server to everybody: acceptance figures. */
  haven_fan_out: ['p(99)<200'],
};

/** Beyond what the server is made for: errors below 5 %, and every refusal says how long to wait. */
export const UNDER_STRESS = {
  haven_request_failures: ['rate<0.05'],
  haven_session_failures: ['rate<0.05'],
  haven_rude_refusals: ['count==0'],
  haven_heartbeat_gap: ['max<4000'],
  haven_joins: ['count>0'],
};

/** Of what was asked for, so much has to have happened; the rest is the time until all are there. */
const HAPPENED = 0.9;

/** That there was a load at all: k6 takes a measure without a value to be within its bound. */
export function requestsHappened(aSecond: number, seconds: number) {
  return { 'http_reqs{kind:api}': [`count>${Math.floor(HAPPENED * aSecond * seconds)}`] };
}

/** @param watchSeconds how long each wall watches before it comes anew */
export function wallsJoined(walls: number, seconds: number, watchSeconds = WATCH_SECONDS) {
  return { haven_joins: [`count>${Math.floor((HAPPENED * walls * seconds) / watchSeconds)}`] };
}
