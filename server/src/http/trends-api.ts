/** What became of a patient: trends by the minute or the hour, and the whole life of one alert. */
import { HavenError, trendsQuerySchema, uuidSchema, type AlertHistory, type Trends } from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import { spanOfAlert, spanOfHours } from '../records/trends.ts';
import { parse, type Gate } from './gate.ts';

type Dependencies = {
  config: Pick<Config, 'patientIdPattern'>;
  gate: Gate;
  records: Pick<Records, 'patient' | 'trends' | 'alert' | 'alertTransitions'>;
  clock: () => number;
};

export function addTrendRoutes(api: Router, { config, gate, records, clock }: Dependencies): void {
  api.get('/patients/:id/trends', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    if (!config.patientIdPattern.test(id)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id has not the configured form.');
    }
    const subject = `patient:${id}`;
    const user = await gate.allow(request, 'vitals:read', subject);
    const { roomId } = await records.patient(id);
    await gate.permit(request, user, 'vitals:read', subject, roomId);
    const { hours, until = clock() } = parse(trendsQuerySchema, request.query);
    const span = spanOfHours(hours, Math.min(until, clock()));
    const trends = await records.trends(user, id, span);
    await gate.done(request, user, 'vitals:read', subject);
    const answer: Trends = { patientId: id, since: span.since, until: span.until, trends };
    response.json(answer);
  });

  api.get('/alerts/:id', async (request: Request<{ id: string }>, response) => {
    const id = uuidSchema.safeParse(request.params.id);
    if (!id.success) throw new HavenError('INVALID_REQUEST', 'The alert id is no UUID.');
    const subject = `alert:${id.data}`;
    const user = await gate.allow(request, 'alert:read', subject);
    const alert = await records.alert(user, id.data);
    await gate.permit(request, user, 'alert:read', subject, alert.roomId);
    const [transitions, trends] = await Promise.all([
      records.alertTransitions(user, id.data),
      records.trends(user, alert.patientId, spanOfAlert(alert, clock())),
    ]);
    await gate.done(request, user, 'alert:read', subject);
    const history: AlertHistory = { alert, transitions, trends };
    response.json(history);
  });
}
