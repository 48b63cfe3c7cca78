import http, { type RefinedResponse } from 'k6/http';
import { check } from 'k6';
import {
  requestFailures,
  requestRefusals,
  roleCheckTime,
  rudeRefusals,
  signInFailures,
  signInTime,
} from './measures.ts';
import { BASE_URL, USERS, type User } from './settings.ts';

export type Session = { accessToken: string; expiresAt: number };

type Answer = RefinedResponse<'text'>;

/** A token is not used in its last minute. */
const RENEW_BEFORE_MS = 60_000;
const OK = 200;
const FORBIDDEN = 403;
const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;

/** Of this virtual user. */
let own: Session | undefined;

/** @throws Error when signing in fails: nothing else can be measured then */
export function signIn({ email, password }: User): Session {
  const answer = http.post(`${BASE_URL}/api/v1/auth/sign-in`, JSON.stringify({ email, password }), {
    headers: { 'content-type': 'application/json' },
    tags: { kind: 'sign-in', name: 'POST /auth/sign-in' },
    responseType: 'text',
  });
  signInTime.add(answer.timings.duration);
  signInFailures.add(answer.status !== OK);
  if (answer.status !== OK) throw new Error(`signing in was answered with ${answer.status}`);
  return JSON.parse(answer.body) as Session;
}

/** One session a user, made before the scenario begins: virtual users share them, as the screens of a ward do. */
export function signInAll(): Session[] {
  return USERS.map(signIn);
}

/** This virtual user's session, renewed before it ends. */
export function sessionOf(sessions: readonly Session[], virtualUser: number): Session {
  own ??= sessions[virtualUser % sessions.length];
  if (own.expiresAt - Date.now() < RENEW_BEFORE_MS) own = signIn(USERS[virtualUser % USERS.length]);
  return own;
}

function get(path: string, name: string, { accessToken }: Session): Answer {
  return judge(
    http.get(`${BASE_URL}/api/v1${path}`, {
      headers: { authorization: `Bearer ${accessToken}` },
      tags: { kind: 'api', name },
      responseType: 'text',
    }),
  );
}

/** A refusal under load is no failure: it is counted by itself. */
function judge(answer: Answer, expected: readonly number[] = [OK]): Answer {
  const refused = answer.status === UNAVAILABLE || answer.status === TOO_MANY_REQUESTS;
  requestRefusals.add(refused);
  if (refused && !('Retry-After' in answer.headers)) rudeRefusals.add(1);
  requestFailures.add(!refused && !expected.includes(answer.status));
  return answer;
}

/** Asks for what only some roles may read: a clinician's answer is a look at the role, and a line in the audit trail. */
export function askForRole({ accessToken }: Session): void {
  const expected = [OK, FORBIDDEN];
  const answer = http.get(`${BASE_URL}/api/v1/operations/streams`, {
    headers: { authorization: `Bearer ${accessToken}` },
    tags: { kind: 'role-check', name: 'GET /operations/streams' },
    responseType: 'text',
    responseCallback: http.expectedStatuses(...expected),
  });
  roleCheckTime.add(answer.timings.duration);
  judge(answer, expected);
}

type PatientList = { patients: { id: string }[] };

/** What a wall and a patient's panel read: patients, one's vitals and trends, alerts, one's own session. */
export function readWard(session: Session): void {
  const list = get('/patients', 'GET /patients', session);
  if (list.status !== OK) return;
  const { patients } = JSON.parse(list.body) as PatientList;
  check(list, { 'the room has patients': () => patients.length > 0 });
  if (patients.length === 0) return;
  const patient = patients[Math.floor(Math.random() * patients.length)];
  get(`/patients/${patient.id}/vitals`, 'GET /patients/:id/vitals', session);
  get(`/patients/${patient.id}/trends?hours=1`, 'GET /patients/:id/trends', session);
  get('/alerts?active=true', 'GET /alerts', session);
  get('/auth/status', 'GET /auth/status', session);
}
