/** Alerts of the caller's rooms, and the whole life of one with the trend before and after. */
import {
  alertsQuerySchema,
  HavenError,
  uuidSchema,
  type AlertHistory,
  type AlertsQuery,
} from '@haven/protocol';
import type { Request, Router } from 'express';
import type { Records } from '../records/records.ts';
import { spanOfAlert } from '../records/trends.ts';
import { parse, type Gate } from './gate.ts';

const DEFAULT_ALERTS = 200;

type Dependencies = {
  gate: Gate;
  records: Pick<Records, 'alerts' | 'alert' | 'alertTransitions' | 'events' | 'trends'>;
  clock: () => number;
};

export function addAlertRoutes(api: Router, { gate, records, clock }: Dependencies): void {
  api.get('/alerts', async (request, response) => {
    const user = await gate.allow(request, 'alert:read', 'alerts');
    const alerts = await records.alerts(user, alertsWanted(parse(alertsQuerySchema, request.query)));
    await gate.done(request, user, 'alert:read', 'alerts');
    response.json({ alerts });
  });

  api.get('/alerts/:id', async (request: Request<{ id: string }>, response) => {
    const id = uuidSchema.safeParse(request.params.id);
    if (!id.success) throw new HavenError('INVALID_REQUEST', 'The alert id is no UUID.');
    const subject = `alert:${id.data}`;
    const user = await gate.allow(request, 'alert:read', subject);
    const alert = await records.alert(user, id.data);
    await gate.permit(request, user, 'alert:read', subject, alert.roomId);
    const span = spanOfAlert(alert, clock());
    const [transitions, trends, events] = await Promise.all([
      records.alertTransitions(user, id.data),
      records.trends(user, alert.patientId, span),
      records.events(user, alert.patientId, span),
    ]);
    await gate.done(request, user, 'alert:read', subject);
    const history: AlertHistory = { alert, transitions, events, trends };
    response.json(history);
  });
}

/** What a query asks of the records. */
export function alertsWanted({ active, before, limit = DEFAULT_ALERTS }: AlertsQuery): {
  limit: number;
  active?: boolean;
  before?: number;
} {
  return {
    limit,
    ...(active === undefined ? {} : { active: active === 'true' }),
    ...(before === undefined ? {} : { before }),
  };
}
