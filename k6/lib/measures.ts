import { Counter, Rate, Trend } from 'k6/metrics';

const IS_TIME = true;

/** From the request to sign in until its answer. */
export const signInTime = new Trend('haven_sign_in', IS_TIME);
/** From opening the WebSocket until the namespace is entered. */
export const connectTime = new Trend('haven_connect', IS_TIME);
/** From `room:join` until the room's snapshot. */
export const joinTime = new Trend('haven_join', IS_TIME);
/** Between two heartbeats of a session. */
export const heartbeatGap = new Trend('haven_heartbeat_gap', IS_TIME);
/** Sessions that failed otherwise than by a refusal. */
export const sessionFailures = new Rate('haven_session_failures');
/** Requests that failed otherwise than by a refusal. */
export const requestFailures = new Rate('haven_request_failures');
/** What the server refused as it should under load: it says how long to wait. */
export const refusals = new Counter('haven_refusals');
/** Refusals without a time to wait: none may be. */
export const rudeRefusals = new Counter('haven_rude_refusals');
