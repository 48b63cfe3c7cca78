/** Running the node: what it carries, taking it out of service and back, and the end of overload mode. */
import { drainRequestSchema, type OperationsState } from '@haven/protocol';
import type { Request, Router } from 'express';
import { parse, type Gate } from './gate.ts';

/** What runs the node. */
export interface OperationsDesk {
  readonly state: OperationsState;
  /** No new sessions from now on; those that run end after this time, ms. */
  drain(withinMs: number): void;
  /** @throws HavenError ALREADY_DONE */
  undrain(): void;
  resetOverload(): void;
}

const ACTION = 'operations:manage';
const SUBJECT = 'server';

export function addOperationsRoutes(
  api: Router,
  { gate, operations }: { gate: Gate; operations: OperationsDesk },
): void {
  api.get('/operations', async (request, response) => {
    await gate.allow(request, ACTION, SUBJECT);
    response.json(operations.state);
  });
  change('post', '/operations/drain', 'operations:drain', (request) => {
    operations.drain(1000 * parse(drainRequestSchema, request.body).seconds);
  });
  change('delete', '/operations/drain', 'operations:undrain', () => operations.undrain());
  change('post', '/operations/overload/reset', 'operations:reset-overload', () => operations.resetOverload());

  function change(
    method: 'post' | 'delete',
    path: string,
    audited: string,
    work: (request: Request) => void,
  ): void {
    api[method](path, async (request, response) => {
      const user = await gate.allow(request, ACTION, SUBJECT);
      work(request);
      await gate.done(request, user, audited, SUBJECT);
      response.json(operations.state);
    });
  }
}
