/** Alert limits of patients and rooms: what holds, who set it why, and changing it. */
import { HavenError, limitsChangeSchema, limitsRemovalSchema } from '@haven/protocol';
import type { Request, Response, Router } from 'express';
import type { UserPrincipal } from '../access/access.ts';
import type { Limits } from '../alerts/limits-book.ts';
import type { LimitsSubject } from '../alerts/limits-store.ts';
import type { Records } from '../records/records.ts';
import { parse, type Gate } from './gate.ts';

type Dependencies = { gate: Gate; records: Pick<Records, 'patient' | 'rooms'>; limits: Limits };
type Call = Request<{ id: string }>;

export function addLimitRoutes(api: Router, { gate, records, limits }: Dependencies): void {
  async function roomOf({ scope, id }: LimitsSubject): Promise<string> {
    if (scope === 'patient') return (await records.patient(id)).roomId;
    if ((await records.rooms()).some((room) => room.id === id)) return id;
    throw new HavenError('ROOM_UNKNOWN');
  }

  for (const scope of ['patient', 'room'] as const) {
    const path = `/${scope}s/:id/limits`;

    async function permit(
      request: Call,
      action: 'limits:read' | 'limits:change',
    ): Promise<{ user: UserPrincipal; subject: LimitsSubject; name: string; roomId: string }> {
      const subject = { scope, id: request.params.id };
      const name = `${scope}:${subject.id}`;
      const user = await gate.allow(request, action, name);
      const roomId = await roomOf(subject);
      await gate.permit(request, user, action, name, roomId);
      return { user, subject, name, roomId };
    }
    function answer(response: Response, id: string, roomId: string): void {
      response.json(scope === 'patient' ? limits.ofPatient(id, roomId) : limits.ofRoom(roomId));
    }

    api.get(path, async (request: Call, response) => {
      const { user, subject, name, roomId } = await permit(request, 'limits:read');
      await gate.done(request, user, 'limits:read', name);
      answer(response, subject.id, roomId);
    });

    api.put(path, async (request: Call, response) => {
      const { user, subject, name, roomId } = await permit(request, 'limits:change');
      const change = parse(limitsChangeSchema, request.body);
      await limits.change(subject, change, user);
      await gate.done(request, user, 'limits:change', name, change.reason);
      answer(response, subject.id, roomId);
    });

    api.delete(path, async (request: Call, response) => {
      const { user, subject, name, roomId } = await permit(request, 'limits:change');
      const removal = parse(limitsRemovalSchema, request.body);
      await limits.change(subject, { ...removal, limits: null }, user);
      await gate.done(request, user, 'limits:change', name, removal.reason);
      answer(response, subject.id, roomId);
    });
  }
}
