import {
  breakGlassRequestSchema,
  breakGlassRoomsSchema,
  breakGlassSchema,
  type BreakGlass,
} from '@haven/protocol';
import { useCallback } from 'react';
import { z } from 'zod';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import type { SignedIn } from './signed-in.ts';

type EmergencyAccessDialogProps = Pick<SignedIn, 'request' | 'status'> & {
  onStarted: (access: BreakGlass) => void;
  onClose: () => void;
};

const MINUTES = [15, 30, 60];

/** The request as the form has it: a choice is a text. */
const formSchema = breakGlassRequestSchema.extend({
  minutes: z.string().transform(Number).pipe(breakGlassRequestSchema.shape.minutes),
});

/** Asks for the room, the reason and the time of an emergency access. */
export function EmergencyAccessDialog({ request, status, onStarted, onClose }: EmergencyAccessDialogProps) {
  const read = useCallback(() => request('/break-glass/rooms', breakGlassRoomsSchema), [request]);
  const { value, problem } = useLoaded(read);
  const foreign = value?.rooms.filter(({ id }) => status?.roomIds.includes(id) !== true);
  return (
    <Dialog title="Emergency access to a room" onClose={onClose}>
      {problem !== null && (
        <p className={controls.error} role="alert">
          {problem}
        </p>
      )}
      {foreign?.length === 0 && <p>You have access to every room already.</p>}
      {foreign === undefined || foreign.length === 0 ? (
        <button type="button" className={controls.button} onClick={onClose}>
          Close
        </button>
      ) : (
        <Form
          fields={[
            {
              kind: 'choice',
              name: 'roomId',
              label: 'Room',
              options: foreign.map(({ id, name }) => ({ value: id, name })),
            },
            {
              kind: 'long-text',
              name: 'reason',
              label: 'Reason',
              hint: 'In words that a reviewer understands, at least 10 letters. Do not name the patient.',
              maxLength: 200,
            },
            {
              kind: 'choice',
              name: 'minutes',
              label: 'For how long',
              options: MINUTES.map((minutes) => ({ value: String(minutes), name: `${minutes} minutes` })),
            },
          ]}
          initial={{ roomId: foreign[0]?.id ?? '', reason: '', minutes: '30' }}
          schema={formSchema}
          send={async (body) => {
            onStarted(await request('/break-glass', breakGlassSchema, { method: 'POST', body }));
          }}
          submit="Enter the room"
          dangerous
          onCancel={onClose}
        >
          <p className={controls.notice}>
            For emergencies only. That you entered, and why, is recorded and reviewed afterwards.
          </p>
        </Form>
      )}
    </Dialog>
  );
}
