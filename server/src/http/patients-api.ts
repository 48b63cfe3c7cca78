/** Patients: who lies where, and what was measured and alerted of one of them. */
import {
  alertsQuerySchema,
  HavenError,
  trendsQuerySchema,
  vitalsQuerySchema,
  type Trends,
} from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Access, Action, UserPrincipal } from '../access/access.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import { spanOfHours } from '../records/trends.ts';
import { alertsWanted } from './alerts-api.ts';
import { parse, type Gate } from './gate.ts';

const HOUR_MS = 3600 * 1000;
/** Longest span of one vitals query: 86,400 seconds of six vitals. */
const LONGEST_SPAN_MS = 24 * HOUR_MS;

type Dependencies = {
  config: Pick<Config, 'patientIdPattern'>;
  gate: Gate;
  access: Pick<Access, 'rights'>;
  records: Pick<Records, 'patientsOf' | 'patient' | 'vitals' | 'trends' | 'alerts'>;
  clock: () => number;
};
type OfPatient = Request<{ id: string }>;

export function addPatientRoutes(api: Router, { config, gate, access, records, clock }: Dependencies): void {
  api.get('/patients', async (request, response) => {
    const user = await gate.allow(request, 'patient:read', 'patients');
    const patients = await records.patientsOf(access.rights(user.userId).roomIds);
    await gate.done(request, user, 'patient:read', 'patients');
    response.json({ patients });
  });

  /** Lets in whoever may do this with the patient; audits the reading when it was done. */
  async function read<T>(
    request: OfPatient,
    action: Action,
    ask: (user: UserPrincipal, patientId: string) => Promise<T>,
  ): Promise<T> {
    const { id } = request.params;
    if (!config.patientIdPattern.test(id)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id has not the configured form.');
    }
    const subject = `patient:${id}`;
    const user = await gate.allow(request, action, subject);
    const { roomId } = await records.patient(id);
    await gate.permit(request, user, action, subject, roomId);
    const answer = await ask(user, id);
    await gate.done(request, user, action, subject);
    return answer;
  }

  api.get('/patients/:id/vitals', async (request: OfPatient, response) => {
    const answer = await read(request, 'vitals:read', async (user, patientId) => {
      const query = parse(vitalsQuerySchema, request.query);
      const until = query.until ?? clock();
      const since = query.since ?? until - HOUR_MS;
      if (since > until || until - since > LONGEST_SPAN_MS) {
        throw new HavenError(
          'INVALID_REQUEST',
          'since must not be after until, and at most 24 hours before it.',
        );
      }
      return { patientId, vitals: await records.vitals(user, patientId, since, until) };
    });
    response.json(answer);
  });

  api.get('/patients/:id/trends', async (request: OfPatient, response) => {
    const answer = await read(request, 'vitals:read', async (user, patientId): Promise<Trends> => {
      const { hours, until = clock() } = parse(trendsQuerySchema, request.query);
      const span = spanOfHours(hours, Math.min(until, clock()));
      const trends = await records.trends(user, patientId, span);
      return { patientId, since: span.since, until: span.until, trends };
    });
    response.json(answer);
  });

  api.get('/patients/:id/alerts', async (request: OfPatient, response) => {
    const answer = await read(request, 'alert:read', async (user, patientId) => {
      const wanted = alertsWanted(parse(alertsQuerySchema, request.query));
      return { alerts: await records.alerts(user, { ...wanted, patientId }) };
    });
    response.json(answer);
  });
}
