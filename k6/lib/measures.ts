import { Counter, Rate, Trend } from 'k6/metrics';

const IS_TIME = true;

/** From the request to sign in until its answer. */
export const signInTime = new Trend('haven_sign_in', IS_TIME);
/** Requests to sign in that gave no session. */
export const signInFailures = new Rate('haven_sign_in_failures');
/** From a request for what only some roles may read until the server has said yes or no. */
export const roleCheckTime = new Trend('haven_role_check', IS_TIME);
/** From opening the WebSocket until the namespace is entered. */
export const connectTime = new Trend('haven_connect', IS_TIME);
/** From `room:join` until the room's snapshot. */
export const joinTime = new Trend('haven_join', IS_TIME);
/** Sessions that joined the room. */
export const joins = new Counter('haven_joins');
/** Between two heartbeats of a session. */
export const heartbeatGap = new Trend('haven_heartbeat_gap', IS_TIME);
/** From the time that a heartbeat carries, which the server sends to everybody at once, by clocks that agree. */
export const fanOutTime = new Trend('haven_fan_out', IS_TIME);
/** Sessions that failed otherwise than by a refusal. */
export const sessionFailures = new Rate('haven_session_failures');
/** Requests that failed otherwise than by a refusal. */
export const requestFailures = new Rate('haven_request_failures');
/** Of sessions and of requests, what the server refused to take on. */
export const sessionRefusals = new Rate('haven_session_refusals');
export const requestRefusals = new Rate('haven_request_refusals');
/** Refusals without a time to wait: none may be. */
export const rudeRefusals = new Counter('haven_rude_refusals');
