import { patientIdSchema, roomIdSchema, uuidSchema } from '@haven/protocol';
import { z } from 'zod';

const subjects = [
  ['room', z.object({ roomId: roomIdSchema }).transform(({ roomId }) => roomId)],
  ['patient', z.object({ patientId: patientIdSchema }).transform(({ patientId }) => patientId)],
  ['stream', z.object({ streamId: uuidSchema }).transform(({ streamId }) => streamId)],
  ['alert', z.object({ alertId: uuidSchema }).transform(({ alertId }) => alertId)],
] as const;

/** What a request was about, such as `room:ward-a`; `server` when it names nothing well formed. */
export function subjectOf(payload: unknown): string {
  for (const [kind, schema] of subjects) {
    const id = schema.safeParse(payload);
    if (id.success) return `${kind}:${id.data}`;
  }
  return 'server';
}
