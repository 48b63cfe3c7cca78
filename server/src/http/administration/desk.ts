import { HavenError, patientIdSchema, roomIdSchema, uuidSchema } from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Action } from '../../access/access.ts';
import type { AdministrationContext } from '../../access/administration/context.ts';
import type { LiveState } from '../../access/administration/live-state.ts';
import type { Records } from '../../records/records.ts';
import type { Store } from '../../records/store.ts';
import { actorOf, address, type Gate } from '../gate.ts';
import type { AccountKeeper, EmergencyAccess, IntegrityCheck } from './ports.ts';

/** What the routes of administration work with. */
export type AdministrationParts = {
  store: Store;
  records: Pick<Records, 'audit'>;
  live: LiveState;
  accounts: AccountKeeper;
  emergencyAccess: EmergencyAccess;
  checkIntegrity: IntegrityCheck;
  /** With the key of the CV workers that this server starts. */
  cvKeyFile: string;
  /** The form that this installation gives to patients' ids. */
  patientIdPattern: RegExp;
  /** Rights may have changed: reads them anew, so that this server goes by them at once. */
  reread: () => Promise<void>;
  clock: () => number;
};

const ID_SCHEMAS = {
  user: uuidSchema,
  room: roomIdSchema,
  patient: patientIdSchema,
  device: uuidSchema,
  'cv-worker': uuidSchema,
  'break-glass': uuidSchema,
};
export type Kind = keyof typeof ID_SCHEMAS;

/** `id` is well-formed where the path has one, and empty where it has none. */
export type Call = { context: AdministrationContext; id: string; body: unknown };

type Route = {
  /** `search` is a POST that only reads: names and ids that are looked for stand in no address. */
  method: 'get' | 'search' | 'post' | 'patch' | 'delete';
  /** Under `/admin`. */
  path: string;
  action: Action;
  /** What it is about, for the audit trail. */
  kind: Kind | 'integrity';
  /** The body of the answer; nothing is 204. */
  work: (call: Call) => Promise<unknown>;
};

/** Adds one route. What is read is audited here, what is changed by the change. */
export type AddRoute = (route: Route) => void;

export function routesOf(
  api: Router,
  gate: Gate,
  { store, records, reread, clock }: AdministrationParts,
): AddRoute {
  return ({ method, path, action, kind, work }) => {
    const verb = method === 'search' ? 'post' : method;
    const route = method === 'search' ? `/admin${path}/search` : `/admin${path}`;
    api[verb](route, async (request: Request<{ id?: string }>, response) => {
      const { id } = request.params;
      const wellFormed = id === undefined || (kind !== 'integrity' && ID_SCHEMAS[kind].safeParse(id).success);
      const subject = id === undefined || !wellFormed ? `${kind}:*` : `${kind}:${id}`;
      const user = await gate.allow(request, action, subject);
      const context: AdministrationContext = {
        store,
        clock,
        actor: actorOf(user),
        userId: user.userId,
        address: address(request),
        keep: (entry) => records.audit(entry),
      };
      if (!wellFormed) throw new HavenError('INVALID_REQUEST', 'The id has not the documented form.');
      const answer = await work({ context, id: id ?? '', body: request.body });
      if (method === 'get' || method === 'search') await gate.done(request, user, action, subject);
      else await reread();
      if (answer === undefined) response.status(204).end();
      else response.json(answer);
    });
  };
}
