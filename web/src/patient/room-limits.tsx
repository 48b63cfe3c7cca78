import type { Room } from '@haven/protocol';
import { useCallback, useMemo, useState } from 'react';
import { limitsOfRoom } from '../core/patient-records.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import form from '../ui/form.module.css';
import { useLoaded } from '../ui/use-loaded.ts';
import { LimitsEditor } from './limits-editor.tsx';

type RoomLimitsProps = { request: SignedInApi; room: Room };

/** In the header: the limits of whoever has none of their own. */
export function RoomLimitsButton({ request, room }: RoomLimitsProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={controls.button}
        data-testid={testIds.roomLimits}
        onClick={() => setOpen(true)}
      >
        Room’s limits
      </button>
      {open && <RoomLimitsDialog request={request} room={room} onClose={() => setOpen(false)} />}
    </>
  );
}

function RoomLimitsDialog({ request, room, onClose }: RoomLimitsProps & { onClose: () => void }) {
  const store = useMemo(() => limitsOfRoom(request, room.id), [request, room.id]);
  const title = `Alert limits of ${room.name}`;
  const { value, problem, reload } = useLoaded(useCallback(() => store.read(), [store]));
  if (value === null) {
    return (
      <Dialog title={title} onClose={onClose} place="foot">
        <p role="status">{problem ?? 'Loading …'}</p>
        <div className={form.buttons}>
          <button type="button" className={controls.button} onClick={onClose}>
            Close
          </button>
          {problem !== null && (
            <button type="button" className={controls.primary} onClick={reload}>
              Try again
            </button>
          )}
        </div>
      </Dialog>
    );
  }
  return (
    <LimitsEditor title={title} origin="room" store={store} from={value} onDone={onClose} onClose={onClose} />
  );
}
