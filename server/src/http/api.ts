/** The HTTP API under `/api/v1`; its bodies are in the protocol package. */
import { HavenError, PROTOCOL_VERSION, type PublicSettings } from '@haven/protocol';
import { Router, type RequestHandler } from 'express';
import type { Access } from '../access/access.ts';
import type { Limits } from '../alerts/limits-book.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import { addAdministrationRoutes } from './administration-api.ts';
import type { AdministrationParts } from './administration/desk.ts';
import { addAlertRoutes } from './alerts-api.ts';
import { addAnalysisModeRoutes } from './analysis-mode-api.ts';
import { addAuthRoutes } from './auth-api.ts';
import { addBreakGlassRoutes } from './break-glass-api.ts';
import { addAuditRoutes, type AuditReads } from './audit-api.ts';
import { Gate } from './gate.ts';
import { addLimitRoutes } from './limits-api.ts';
import { addLiveFiguresRoute, type FiguresReads } from './live-figures-api.ts';
import { addOperationsRoutes, type OperationsParts } from './operations-api.ts';
import { addPatientRoutes } from './patients-api.ts';

type Dependencies = {
  config: Config;
  access: Access;
  audit: AuditReads;
  records: Records;
  limits: Limits;
  /** Left out where there is no store to administer. */
  administration?: AdministrationParts | undefined;
  /** Left out where nothing is served but records. */
  operations?: OperationsParts | undefined;
  figures?: FiguresReads | undefined;
  clock: () => number;
};

export function createApi({
  config,
  access,
  administration,
  audit,
  records,
  limits,
  operations,
  figures,
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

  addPatientRoutes(api, { config, gate, access, records, clock });
  addAlertRoutes(api, { gate, records, clock });
  addAnalysisModeRoutes(api, { gate, records });
  addAuthRoutes(api, { gate, access });
  addBreakGlassRoutes(api, { gate, records, emergencyAccess: access.emergencyAccess });
  addLimitRoutes(api, { gate, records, limits });
  if (administration !== undefined) addAdministrationRoutes(api, gate, administration);
  addAuditRoutes(api, { gate, audit });
  if (operations !== undefined) addOperationsRoutes(api, { ...operations, gate, records, clock });
  if (figures !== undefined) addLiveFiguresRoute(api, { gate, records, figures });

  api.use(notFound, gate.auditRefusals);
  return api;
}

export const notFound: RequestHandler = () => {
  throw new HavenError('NOT_FOUND');
};
