import type { Session } from '@haven/protocol';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { Api } from '../core/api.ts';
import { steadyNow } from '../core/clock.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { useStore } from '../core/use-store.ts';
import { EmergencyAccessBanner } from './emergency-access-banner.tsx';
import { EmergencyAccessDialog } from './emergency-access-dialog.tsx';
import { LockScreen } from './lock-screen.tsx';
import { NewPasswordPage } from './new-password-page.tsx';
import { SessionWarning } from './session-warning.tsx';
import { SessionWatch } from './session-watch.ts';
import styles from './session.module.css';
import { WALL_PATH } from '../ui/pages.ts';
import { SignedInContext, type SignedIn } from './signed-in.ts';
import { useEmergencyAccess } from './use-emergency-access.ts';

type SessionFrameProps = { api: Api; keeper: SessionKeeper; session: Session; children: ReactNode };

/** Around every page of a signed-in user: what the session itself has to say, and its lock. */
export function SessionFrame({ api, keeper, session, children }: SessionFrameProps) {
  const [watch] = useState(() => new SessionWatch(api, keeper, steadyNow));
  useEffect(() => watch.open(), [watch]);
  const { status, locked } = useStore(watch.view);
  const { request } = watch;
  const mayAsk = !locked && status?.actions.includes('break-glass:start') === true;
  const emergency = useEmergencyAccess(request, mayAsk);
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  // The wall hides its patients by itself and goes on with its alarms; every other page is hidden whole.
  const { pathname } = useLocation();
  const onWall = pathname === WALL_PATH;

  if (session.passwordChangeRequired)
    return <NewPasswordPage keeper={keeper} request={request} session={session} />;
  const signedIn: SignedIn = {
    keeper,
    watch,
    request,
    session,
    status,
    askForEmergencyAccess: mayAsk ? () => setAsking(true) : null,
  };
  return (
    <SignedInContext value={signedIn}>
      <div className={styles.frame} data-hidden={locked && !onWall}>
        {status !== null && <SessionWarning watch={watch} status={status} onWall={onWall} />}
        {emergency.running.map((access) => (
          <EmergencyAccessBanner key={access.id} access={access} onEnd={emergency.end} />
        ))}
        <div className={styles.page}>{children}</div>
        {asking && mayAsk && (
          <EmergencyAccessDialog
            request={request}
            status={status}
            onClose={() => setAsking(false)}
            onStarted={({ roomId }) => {
              setAsking(false);
              void emergency.refresh();
              void navigate('/', { state: { roomId } });
            }}
          />
        )}
      </div>
      {locked && (
        <LockScreen keeper={keeper} watch={watch} request={request} session={session} onWall={onWall} />
      )}
    </SignedInContext>
  );
}
