/** What has to hold, each with where it comes from. `abortOnFail` is never used: a run shows everything it found. */

/** API p95 below 500 ms, errors below 1 %: Haven's acceptance figures. */
export const API = {
  'http_req_duration{kind:api}': ['p(95)<500'],
  haven_request_failures: ['rate<0.01'],
};

/** Signing in within 200 ms: acceptance figures. */
export const SIGN_IN = { haven_sign_in: ['p(95)<200'] };

/** A page within 1 s (acceptance figures), of which the room's snapshot may take half. */
export const SESSIONS = {
  haven_connect: ['p(95)<500'],
  haven_join: ['p(95)<500'],
  haven_session_failures: ['rate<0.01'],
  /** Without a heartbeat for 4 s a wall shows ALARMS OFF (docs/protocol.md). */
  haven_heartbeat_gap: ['p(99)<2000', 'max<4000'],
};

/** Beyond what the server is made for: errors below 5 %, and every refusal says how long to wait. */
export const UNDER_STRESS = {
  haven_request_failures: ['rate<0.05'],
  haven_session_failures: ['rate<0.05'],
  haven_rude_refusals: ['count==0'],
  haven_heartbeat_gap: ['max<4000'],
};
