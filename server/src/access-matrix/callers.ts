import { ACCESS_MATRIX, allows, CV_WORKER_ACTIONS, DEVICE_ACTIONS } from '../access/matrix.ts';
import type { Action } from '../access/access.ts';
import { PEOPLE, type Machines } from './ward.ts';
import type { Call, Outcome } from './calls.ts';

/** Somebody who calls, with the token that they have. */
export type Caller = {
  name: string;
  kind: 'person' | 'stranger' | 'device' | 'cv-worker';
  token: string | undefined;
};

export function callersOf(people: ReadonlyMap<string, string>, { deviceToken, cvKey }: Machines): Caller[] {
  return [
    ...PEOPLE.map(({ name }): Caller => ({ name, kind: 'person', token: people.get(name) })),
    { name: 'without a token', kind: 'stranger', token: undefined },
    { name: 'device', kind: 'device', token: deviceToken },
    { name: 'CV worker', kind: 'cv-worker', token: cvKey },
  ];
}

/** What the matrix says must come of a call. */
export function expectedOutcome(caller: Caller, action: Action, call: Call, isOwn: boolean): Outcome {
  const machine = ACCESS_MATRIX[action].scope === 'machine';
  if (caller.kind !== 'person') {
    const actions: readonly Action[] = {
      stranger: [],
      device: DEVICE_ACTIONS,
      'cv-worker': CV_WORKER_ACTIONS,
    }[caller.kind];
    if (!actions.includes(action)) return 'UNAUTHENTICATED';
    return isOwn ? (call.allowed ?? 'done') : (call.foreign ?? 'ROOM_NOT_ASSIGNED');
  }
  if (machine) return 'UNAUTHENTICATED';
  if (caller.name === 'disabled') return 'TOKEN_REVOKED';
  const roles = PEOPLE.find(({ name }) => name === caller.name)?.roles ?? [];
  if ('namespace' in call && !allows(roles, 'room:watch')) return 'FORBIDDEN';
  // Who may not watch the room is refused when joining it, before the request that is meant.
  const joined = 'joined' in call && call.joined === true;
  if (joined && !isOwn) return 'ROOM_NOT_ASSIGNED';
  if (!allows(roles, action)) return 'FORBIDDEN';
  return isOwn || ACCESS_MATRIX[action].scope !== 'room'
    ? (call.allowed ?? 'done')
    : (call.foreign ?? 'ROOM_NOT_ASSIGNED');
}
