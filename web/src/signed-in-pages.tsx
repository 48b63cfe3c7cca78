import type { PublicSettings } from '@haven/protocol';
import type { ReactElement } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { DevicesPage } from './administration/devices-page.tsx';
import { EmergencyAccessPage } from './administration/emergency-access-page.tsx';
import { IntegrityPage } from './administration/integrity-page.tsx';
import { KeysPage } from './administration/keys-page.tsx';
import { PatientsPage } from './administration/patients-page.tsx';
import { RoomsPage } from './administration/rooms-page.tsx';
import { UsersPage } from './administration/users-page.tsx';
import { AuditPage } from './audit/audit-page.tsx';
import type { AlarmSound } from './core/alarm-sound.ts';
import { AccountPage } from './session/account-page.tsx';
import { useSignedIn } from './session/signed-in.ts';
import { StreamsPage } from './streams/streams-page.tsx';
import { homeOf, mayWatch, pagesFor, WALL_PATH, type PagePath } from './ui/pages.ts';
import { WallPage } from './wall/wall-page.tsx';

type SignedInPagesProps = { sound: AlarmSound; settings: PublicSettings | null };

/** The pages of whoever is signed in; any other address leads to where their work is. */
export function SignedInPages({ sound, settings }: SignedInPagesProps) {
  const { keeper, session, status } = useSignedIn();
  const { roles } = session.user;
  const elements: Record<PagePath, ReactElement> = {
    [WALL_PATH]: <WallPage keeper={keeper} session={session} sound={sound} settings={settings} />,
    '/admin/users': <UsersPage />,
    '/admin/rooms': <RoomsPage />,
    '/admin/patients': <PatientsPage settings={settings} />,
    '/admin/devices': <DevicesPage />,
    '/admin/keys': <KeysPage />,
    '/admin/emergency-access': <EmergencyAccessPage />,
    '/admin/integrity': <IntegrityPage />,
    '/admin/streams': <StreamsPage />,
    '/audit': <AuditPage />,
    '/account': <AccountPage />,
  };
  const open = pagesFor(status).filter(({ path }) => path !== WALL_PATH);
  return (
    <Routes>
      {mayWatch(roles, status) && <Route path={WALL_PATH} element={elements[WALL_PATH]} />}
      {open.map(({ path }) => (
        <Route key={path} path={path} element={elements[path]} />
      ))}
      <Route path="/sign-in" element={<Navigate to={homeOf(roles)} replace />} />
      <Route
        path="*"
        element={
          // Until the rights are known a reload must not lead away from a page.
          status === null ? (
            <p role="status">Asking Haven …</p>
          ) : (
            <Navigate to={homeOf(status.user.roles)} replace />
          )
        }
      />
    </Routes>
  );
}
