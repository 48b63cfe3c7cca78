import { emptySchema, unlockRequestSchema } from '@haven/protocol';
import controls from '../ui/controls.module.css';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import { currentPassword, WRONG_PASSWORD } from './password-fields.ts';
import type { SignedIn } from './signed-in.ts';

type LockScreenProps = Pick<SignedIn, 'keeper' | 'watch' | 'request' | 'session'> & { onWall: boolean };

/** Lies over a locked session. The wall beneath stays connected, so that alarms are heard. */
export function LockScreen({ keeper, watch, request, session, onWall }: LockScreenProps) {
  return (
    <Dialog title="Locked" place="foot">
      <Form
        fields={[currentPassword('password', `Password of ${session.user.displayName}`)]}
        initial={{ password: '' }}
        schema={unlockRequestSchema}
        send={async (body) => {
          await request('/auth/unlock', emptySchema, { method: 'POST', body });
          await watch.refresh();
        }}
        submit="Unlock"
        refusals={{ WRONG_PASSWORD: { field: 'password', sentence: WRONG_PASSWORD } }}
      >
        <p>
          Nobody has used this screen for a while.
          {onWall && ' Alarms go on; patients are shown again after unlocking.'}
        </p>
      </Form>
      <p className={controls.soft}>
        Somebody else?{' '}
        <button
          type="button"
          className={controls.button}
          onClick={() => void keeper.signOut().catch(() => undefined)}
        >
          Sign out
        </button>{' '}
        {onWall && 'That ends the alarms on this screen.'}
      </p>
    </Dialog>
  );
}
