/** The HTTP API under `/api/v1`; its bodies are in the protocol package. */
import {
  alertsQuerySchema,
  HavenError,
  PROTOCOL_VERSION,
  vitalsQuerySchema,
  type PublicSettings,
} from '@haven/protocol';
import { Router, type Request, type RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Limits } from '../alerts/limits-book.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import { addAdministrationRoutes } from './administration-api.ts';
import type { AdministrationParts } from './administration/desk.ts';
import { addAuthRoutes } from './auth-api.ts';
import { addBreakGlassRoutes } from './break-glass-api.ts';
import { addAuditRoutes, type AuditReads } from './audit-api.ts';
import { Gate, parse } from './gate.ts';
import { addLimitRoutes } from './limits-api.ts';
import { addTrendRoutes } from './trends-api.ts';

const HOUR_MS = 3600 * 1000;
/** Longest span of one vitals query: 86,400 seconds of three vitals. */
const LONGEST_SPAN_MS = 24 * HOUR_MS;
const DEFAULT_ALERTS = 200;

type Dependencies = {
  config: Config;
  access: Access;
  audit: AuditReads;
  records: Records;
  limits: Limits;
  /** Left out where there is no store to administer. */
  administration?: AdministrationParts | undefined;
  clock: () => number;
};

export function createApi({
  config,
  access,
  administration,
  audit,
  records,
  limits,
  clock,
}: Dependencies): Router {
  const api = Router();

  const settings: PublicSettings = {
    protocol: PROTOCOL_VERSION,
    demo: config.demo,
    announcedAddress: config.announcedAddress ?? null,
    patientIdPattern: config.patientIdPattern.source,
  };
  api.get('/settings', (_request, response) => void response.json(settings));

  const gate = new Gate({ access, records, clock });

  api.get('/patients', async (request, response) => {
    const user = await gate.allow(request, 'patient:read', 'patients');
    const patients = await records.patientsOf(access.rights(user.userId).roomIds);
    await gate.done(request, user, 'patient:read', 'patients');
    response.json({ patients });
  });

  api.get('/patients/:id/vitals', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    if (!config.patientIdPattern.test(id)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id has not the configured form.');
    }
    const user = await gate.allow(request, 'vitals:read', `patient:${id}`);
    const { roomId } = await records.patient(id);
    await gate.permit(request, user, 'vitals:read', `patient:${id}`, roomId);
    const query = parse(vitalsQuerySchema, request.query);
    const until = query.until ?? clock();
    const since = query.since ?? until - HOUR_MS;
    if (since > until || until - since > LONGEST_SPAN_MS) {
      throw new HavenError(
        'INVALID_REQUEST',
        'since must not be after until, and at most 24 hours before it.',
      );
    }
    const vitals = await records.vitals(user, id, since, until);
    await gate.done(request, user, 'vitals:read', `patient:${id}`);
    response.json({ patientId: id, vitals });
  });

  api.get('/alerts', async (request, response) => {
    const user = await gate.allow(request, 'alert:read', 'alerts');
    const { active, patientId, before, limit = DEFAULT_ALERTS } = parse(alertsQuerySchema, request.query);
    const alerts = await records.alerts(user, {
      limit,
      ...(patientId === undefined ? {} : { patientId }),
      ...(active === undefined ? {} : { active: active === 'true' }),
      ...(before === undefined ? {} : { before }),
    });
    await gate.done(request, user, 'alert:read', 'alerts');
    response.json({ alerts });
  });

  addAuthRoutes(api, { gate, access });
  addBreakGlassRoutes(api, { gate, records, emergencyAccess: access.emergencyAccess });
  addLimitRoutes(api, { gate, records, limits });
  if (administration !== undefined) addAdministrationRoutes(api, gate, administration);
  addTrendRoutes(api, { config, gate, records, clock });
  addAuditRoutes(api, { gate, audit });

  api.use(notFound, gate.auditRefusals);
  return api;
}

export const notFound: RequestHandler = () => {
  throw new HavenError('NOT_FOUND');
};
