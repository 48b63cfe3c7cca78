/** Running the node: what it carries, taking it out of service and back, and the end of overload mode. */
import { drainRequestSchema, type OperationsState } from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Records } from '../records/records.ts';
import { bearerToken, sameSecret } from './bearer.ts';
import { actorOf, address, parse, type Gate } from './gate.ts';

/** What runs the node. */
export interface OperationsDesk {
  readonly state: OperationsState;
  /** No new sessions from now on; those that run end after this time, ms. */
  drain(withinMs: number): void;
  /** @throws HavenError ALREADY_DONE */
  undrain(): void;
  resetOverload(): void;
}

export type OperationsParts = {
  desk: OperationsDesk;
  /** Of whoever may read the data directory, beside administrators. */
  token: string;
};

type Dependencies = OperationsParts & {
  gate: Gate;
  records: Pick<Records, 'audit'>;
  clock: () => number;
};

const ACTION = 'operations:manage';
const SUBJECT = 'server';
/** As the audit trail knows whoever comes with the token. */
const COMMAND_LINE = 'command-line:server';

export function addOperationsRoutes(api: Router, { desk, token, gate, records, clock }: Dependencies): void {
  api.get('/operations', async (request, response) => {
    await operator(request);
    response.json(desk.state);
  });
  change('post', '/operations/drain', 'operations:drain', (request) => {
    desk.drain(1000 * parse(drainRequestSchema, request.body).seconds);
  });
  change('delete', '/operations/drain', 'operations:undrain', () => desk.undrain());
  change('post', '/operations/overload/reset', 'operations:reset-overload', () => desk.resetOverload());

  function change(
    method: 'post' | 'delete',
    path: string,
    action: string,
    work: (request: Request) => void,
  ): void {
    api[method](path, async (request, response) => {
      const actor = await operator(request);
      work(request);
      const line = { actor, action, subject: SUBJECT, result: 'done' } as const;
      await records.audit({ ...line, address: address(request), at: clock() });
      response.json(desk.state);
    });
  }

  /** @returns whom the audit trail is to name @throws HavenError as {@link Gate.allow} does */
  async function operator(request: Request): Promise<string> {
    const { authorization } = request.headers;
    if (authorization !== undefined && sameSecret(bearerToken(request), token)) return COMMAND_LINE;
    return actorOf(await gate.allow(request, ACTION, SUBJECT));
  }
}
