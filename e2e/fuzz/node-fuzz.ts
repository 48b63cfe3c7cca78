import { randomUUID } from 'node:crypto';
import { wireErrorSchema } from '@haven/protocol';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { NODE_NAMESPACE } from '../../server/src/signalling/nodes/node-signalling.ts';
import { casesOf, type Choice } from './cases-of.ts';
import type { Findings } from './findings.ts';
import { nastyValues } from './nasty-values.ts';

const ANSWER_WITHIN_MS = 5_000;
const AT_ONCE = 10;

/** What a node says of itself; `RIGHT` stands for the cluster's secret. */
const RIGHT = Symbol('the secret');
type Saying = { node: unknown; secret: unknown; bootId: unknown };

/** Without the secret, with a wrong one, and with the right one beside what is no node. None may come in. */
const sayings: fc.Arbitrary<Partial<Saying>> = fc.oneof(
  fc.record(
    { node: fc.constant('fuzz'), bootId: fc.uuid(), secret: fc.oneof(fc.string(), nastyValues) },
    { requiredKeys: ['node', 'bootId'] },
  ),
  fc.record({ node: nastyValues, bootId: fc.uuid(), secret: nastyValues }, { requiredKeys: [] }),
  fc.record({ node: fc.constant('fuzz'), bootId: nastyValues, secret: fc.constant(RIGHT) }),
  fc.record({
    node: fc.constantFrom('', 'x'.repeat(65), null, 1, {}),
    bootId: fc.uuid(),
    secret: fc.constant(RIGHT),
  }),
);

export type NodeFuzz = { url: string; secret: string; choice: Choice; findings: Findings };

/** Knocks at the door of the cluster's nodes. Each is to be refused in the documented form. @returns how many, and how */
export async function knockAsNode({ url, secret, choice, findings }: NodeFuzz): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const cases = casesOf(sayings, choice).values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [number, saying] of cases) {
        const said = saying.secret === RIGHT ? { ...saying, secret } : saying;
        const end = await knock(url, said);
        if (end !== 'UNAUTHENTICATED') {
          findings.add(
            'a node was not refused',
            `${NODE_NAMESPACE} seed ${choice.seed} case ${number}: ${end}`,
          );
        }
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    }),
  );
  return ends;
}

/** Of a node that is let in. */
export function nodeHandshake(secret: string) {
  return { node: 'fuzz', secret, bootId: randomUUID() };
}

/** @returns the code of the refusal, or what came instead of one */
function knock(url: string, auth: object): Promise<string> {
  const socket = io(`${url}${NODE_NAMESPACE}`, {
    ...{ auth, transports: ['websocket'], forceNew: true, reconnection: false },
    timeout: ANSWER_WITHIN_MS,
  });
  return new Promise<string>((resolve) => {
    const late = setTimeout(() => resolve('no answer'), ANSWER_WITHIN_MS);
    const over = (end: string) => {
      clearTimeout(late);
      resolve(end);
    };
    socket.once('connect', () => over('let in'));
    socket.once('disconnect', (reason) => over(reason));
    socket.once('connect_error', (error) => {
      const refusal = 'data' in error ? wireErrorSchema.safeParse(error.data) : undefined;
      over(refusal?.success === true ? refusal.data.code : `refused without a code: ${error.message}`);
    });
  }).finally(() => socket.disconnect());
}
