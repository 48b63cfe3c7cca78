/** The access matrix cell by cell: each caller makes each call that an action guards, for real. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cvRequests, deviceRequests, monitorRequests, sessionSchema } from '@haven/protocol';
import type { Action } from '../access/access.ts';
import { setUserDisabled } from '../access/administration/users.ts';
import { ACCESS_MATRIX } from '../access/matrix.ts';
import type { Config } from '../config/config.ts';
import { Haven } from '../haven.ts';
import { joinStore, openStore } from '../records/store.ts';
import { wholeServerConfig } from '../testing/whole-server-config.ts';
import { temporaryDirectory } from '../records/testing/temporary-directory.ts';
import { until } from '../records/testing/until.ts';
import { callersOf, expectedOutcome, type Caller } from './callers.ts';
import { CALLS, UNGUARDED, type Call, type Outcome } from './calls.ts';
import { makeRestCall, makeSocketCall } from './make-call.ts';
import { routesOfApi } from './routes.ts';
import { credentialsOf, FOREIGN, furnish, OWN, PEOPLE, type Place } from './ward.ts';

const ACTIONS = Object.keys(ACCESS_MATRIX) as Action[];
/** By actor, as counted here. */
const refusals = new Map<string, number>();

let directory: string;
let remove: () => Promise<void>;
let config: Config;
let haven: Haven | undefined;
let url: string;
let callers: Caller[];
const userIds = new Map<string, string>();
let cells = 0;

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  config = wholeServerConfig(directory);
  const store = await openStore(config);
  const machines = await furnish(store, config);
  await store.close();
  haven = await Haven.start(config, () => undefined);
  ({ url } = haven);
  const tokens = new Map<string, string>();
  for (const { name } of PEOPLE) {
    const session = await signIn(name);
    tokens.set(name, session.accessToken);
    userIds.set(name, session.user.id);
  }
  callers = callersOf(tokens, machines);
  await disable('disabled', tokens);
}, 180_000);
afterAll(async () => {
  await haven?.close();
  await remove();
  process.stdout.write(`access matrix: ${cells} cells\n`);
}, 60_000);

async function signIn(name: string) {
  const response = await fetch(`${url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentialsOf(name)),
  });
  return sessionSchema.parse(await response.json());
}

async function disable(name: string, tokens: ReadonlyMap<string, string>): Promise<void> {
  const beside = await joinStore(config);
  await setUserDisabled(
    { store: beside, actor: 'system', keep: () => Promise.resolve(), clock: Date.now },
    credentialsOf(name).email,
    true,
  );
  await beside.close();
  const headers = { authorization: `Bearer ${tokens.get(name) ?? ''}` };
  await until(
    () => fetch(`${url}/api/v1/patients`, { headers }),
    ({ status }) => status === 401,
    'the server knows that the user is disabled',
  );
}

/** As whom the audit trail knows somebody who is refused; undefined when the outcome is no refusal of rights. */
function actorOf({ name }: Caller, outcome: Outcome): string | undefined {
  if (outcome === 'UNAUTHENTICATED' || outcome === 'TOKEN_REVOKED') return 'anonymous';
  const userId = userIds.get(name);
  const refused = outcome === 'FORBIDDEN' || outcome === 'ROOM_NOT_ASSIGNED';
  return refused && userId !== undefined ? `user:${userId}` : undefined;
}

async function check(caller: Caller, action: Action, call: Call, place: Place): Promise<string | undefined> {
  const made =
    'route' in call
      ? await makeRestCall(url, call, place, caller.token)
      : await makeSocketCall(url, call, place, caller.token);
  cells += 1;
  const isOwn = place === OWN;
  const expected = expectedOutcome(caller, action, call, isOwn);
  const actor = actorOf(caller, expected);
  // What the call itself answers to those who may is no refusal of the call.
  if (actor !== undefined && expected !== call.allowed) refusals.set(actor, (refusals.get(actor) ?? 0) + 1);
  const name = 'route' in call ? call.route : call.request;
  if (made.outcome !== expected) {
    return `${caller.name}, ${action}, ${name}, ${place.roomId}: ${made.outcome} instead of ${expected}`;
  }
  const leaks = caller.kind === 'person' && ACCESS_MATRIX[action].scope === 'room';
  if (leaks && made.text.includes(FOREIGN.patientId))
    return `${caller.name} sees a foreign patient by ${name}`;
  return undefined;
}

describe('the access matrix', () => {
  test.each(ACTIONS)(
    'lets those and only those %s who may',
    async (action) => {
      const problems: string[] = [];
      const places = ACCESS_MATRIX[action].scope === 'installation' ? [OWN] : [FOREIGN, OWN];
      for (const call of CALLS[action]) {
        for (const caller of callers) {
          for (const place of places) {
            const problem = await check(caller, action, call, place);
            if (problem !== undefined) problems.push(problem);
          }
        }
      }
      expect(problems).toEqual([]);
    },
    120_000,
  );

  test('has a call for every action, and an action for every route and request', async () => {
    const calls = Object.values(CALLS).flat();
    expect(ACTIONS.filter((action) => CALLS[action].length === 0)).toEqual([]);
    const routes = new Set<string>(calls.flatMap((call) => ('route' in call ? [call.route] : [])));
    const requests = new Set(calls.flatMap((call) => ('request' in call ? [call.request] : [])));
    const beside = await joinStore(config);
    const served = await routesOfApi(config, beside);
    await beside.close();
    expect(served.filter((route) => !routes.has(route) && !UNGUARDED.includes(route))).toEqual([]);
    expect([...routes, ...UNGUARDED].filter((route) => !served.includes(route))).toEqual([]);
    const all = [monitorRequests, deviceRequests, cvRequests].flatMap((map) => Object.keys(map));
    expect(all.filter((request) => !requests.has(request))).toEqual([]);
  });

  test('keeps every refusal in the audit trail', async () => {
    await haven?.close();
    haven = undefined;
    const store = await openStore(config);
    try {
      const { data } = await store.service.from('audit').select('*').eq('result', 'refused');
      // Refusals of one actor share lines, each with how many it stands for.
      const counted = new Map<string, number>();
      for (const { actor, count } of data ?? []) counted.set(actor, (counted.get(actor) ?? 0) + count);
      const missing = [...refusals].filter(([actor, times]) => (counted.get(actor) ?? 0) < times);
      expect(refusals.size).toBeGreaterThan(PEOPLE.length - 1);
      expect(missing).toEqual([]);
    } finally {
      await store.close();
    }
  }, 60_000);
});
