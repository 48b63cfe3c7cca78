/** Every call that reaches something of a patient or of the installation leaves its line, for real. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sessionSchema } from '@haven/protocol';
import type { Action } from '../access/access.ts';
import { ACCESS_MATRIX } from '../access/matrix.ts';
import { CALLS, type Call, type Outcome } from '../access-matrix/calls.ts';
import { makeRestCall, makeSocketCall } from '../access-matrix/make-call.ts';
import { credentialsOf, furnish, OWN, type Machines } from '../access-matrix/ward.ts';
import type { Config } from '../config/config.ts';
import { Haven } from '../haven.ts';
import type { AuditRow } from '../records/database.ts';
import { openStore } from '../records/store.ts';
import { wholeServerConfig } from '../testing/whole-server-config.ts';
import { temporaryDirectory } from '../records/testing/temporary-directory.ts';
import { isAudited, resultOf } from './audit-trail.ts';

/** Requests that reach nothing of a patient by themselves: what they belong to was audited when it began. */
const SILENT: ReadonlySet<string> = new Set([
  'session:describe',
  'session:renew',
  'transport:open',
  'GET /break-glass',
  // How media and machine fare, without names and patients' ids; and what a browser says of its own pictures.
  ...['client:statistics', 'client:span', 'GET /operations', 'GET /operations/streams'],
  // No pause runs that it could end.
  'privacy:resume',
]);
const LOOPBACK = /^(::ffff:)?127\.0\.0\.1$/;

type Made = { name: string; actor: string; outcome: Outcome; from: number; until: number };

let directory: string;
let remove: () => Promise<void>;
let config: Config;
const made: Made[] = [];
let rows: AuditRow[] = [];

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  config = wholeServerConfig(directory);
  const before = await openStore(config);
  const machines = await furnish(before, config);
  await before.close();
  const haven = await Haven.start(config, () => undefined);
  for (const action of Object.keys(ACCESS_MATRIX) as Action[]) {
    const caller = await callerOf(haven.url, action, machines);
    for (const call of CALLS[action]) await make(haven.url, call, caller);
  }
  await haven.close();
  const after = await openStore(config);
  const { data } = await after.service.from('audit').select('*').order('at').limit(1000);
  rows = data ?? [];
  await after.close();
}, 180_000);
afterAll(() => remove());

type Caller = { actor: string; token: string };

/** Somebody whom the matrix lets do it. */
async function callerOf(url: string, action: Action, machines: Machines): Promise<Caller> {
  const [role] = ACCESS_MATRIX[action].roles;
  if (role === undefined) {
    const publishes = action === 'stream:publish';
    return publishes
      ? { actor: 'device:', token: machines.deviceToken }
      : { actor: 'cv-worker:', token: machines.cvKey };
  }
  const response = await fetch(`${url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentialsOf(role)),
  });
  const { accessToken, user } = sessionSchema.parse(await response.json());
  return { actor: `user:${user.id}`, token: accessToken };
}

async function make(url: string, call: Call, { actor, token }: Caller): Promise<void> {
  const from = Date.now();
  const { outcome } =
    'route' in call ? await makeRestCall(url, call, OWN, token) : await makeSocketCall(url, call, OWN, token);
  // Lines of sockets are written beside the answer, within the same millisecond or the next.
  await new Promise((resolve) => setTimeout(resolve, 20));
  made.push({ name: 'route' in call ? call.route : call.request, actor, outcome, from, until: Date.now() });
}

function linesOf({ actor, from, until }: Made): AuditRow[] {
  return rows.filter((row) => {
    const at = Date.parse(row.at);
    return row.actor.startsWith(actor) && at >= from && at <= until;
  });
}

test('what was done stands in the trail, with who did it, to what and from where', () => {
  const done = made.filter(({ outcome, name }) => outcome === 'done' && !SILENT.has(name));
  expect(done.length).toBeGreaterThan(25);
  const missing = done.filter((call) => {
    const line = linesOf(call).find(({ result }) => result === 'done');
    return line === undefined || !LOOPBACK.test(line.address ?? '') || line.subject === '';
  });
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('what was refused or failed stands there with its code', () => {
  const refused = made.filter(({ outcome }) => outcome !== 'done' && isAudited(outcome));
  expect(refused.length).toBeGreaterThan(5);
  const missing = refused.filter((call) => {
    const { outcome } = call;
    if (outcome === 'done') return false;
    return !rows.some(
      ({ actor, code, result }) =>
        actor.startsWith(call.actor) && code === outcome && result === resultOf(outcome),
    );
  });
  expect(missing.map(({ name, outcome }) => [name, outcome])).toEqual([]);
});

test('faults of form and of the moment leave no line', () => {
  const silent = made.filter(({ outcome }) => outcome !== 'done' && !isAudited(outcome));
  const noisy = silent.filter((call) => linesOf(call).some(({ code }) => code === call.outcome));
  expect(noisy).toEqual([]);
});

test('signing in, and what the installation is furnished with, stand there as well', () => {
  const actions = new Set(rows.filter(({ result }) => result === 'done').map(({ action }) => action));
  for (const action of ['sign-in', 'room:add', 'patient:add', 'user:add', 'device:add', 'cv-key:add']) {
    expect(actions).toContain(action);
  }
});

test('no line holds a name, a token or a password', () => {
  const text = JSON.stringify(rows);
  expect(text).not.toContain('Ada Example');
  expect(text).not.toContain('a password of tests');
  expect(text).not.toMatch(/eyJ[\w-]+\./);
});
