/** A clinician's emergency access to a room that is not assigned. */
import { breakGlassRequestSchema, HavenError, uuidSchema } from '@haven/protocol';
import type { Request, Router } from 'express';
import type { EmergencyAccessDesk } from '../access/break-glass/emergency-access.ts';
import type { Records } from '../records/records.ts';
import { parse, type Gate } from './gate.ts';

type Dependencies = { gate: Gate; records: Pick<Records, 'rooms'>; emergencyAccess: EmergencyAccessDesk };

const ACTION = 'break-glass:start';

export function addBreakGlassRoutes(api: Router, { gate, records, emergencyAccess }: Dependencies): void {
  api.get('/break-glass/rooms', async (request, response) => {
    const user = await gate.allow(request, ACTION, 'rooms');
    const rooms = await records.rooms();
    await gate.done(request, user, 'room:list', 'rooms');
    response.json({ rooms });
  });

  api.get('/break-glass', async (request, response) => {
    const user = await gate.allow(request, ACTION, 'break-glass');
    response.json({ running: await emergencyAccess.running(user) });
  });

  api.post('/break-glass', async (request, response) => {
    const asked = parse(breakGlassRequestSchema, request.body);
    const subject = `room:${asked.roomId}`;
    const user = await gate.allow(request, ACTION, subject);
    if (!(await records.rooms()).some(({ id }) => id === asked.roomId)) throw new HavenError('ROOM_UNKNOWN');
    const started = await emergencyAccess.start(user, asked);
    await gate.done(request, user, ACTION, subject, asked.reason);
    response.json(started);
  });

  api.delete('/break-glass/:id', async (request: Request<{ id: string }>, response) => {
    const id = uuidSchema.safeParse(request.params.id);
    if (!id.success) throw new HavenError('INVALID_REQUEST', 'The id has not the documented form.');
    const user = await gate.allow(request, ACTION, `break-glass:${id.data}`);
    await emergencyAccess.end(user, id.data);
    await gate.done(request, user, 'break-glass:end', `break-glass:${id.data}`);
    response.status(204).end();
  });
}
