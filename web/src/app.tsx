import { Navigate, Route, Routes } from 'react-router';
import type { AlarmSound } from './core/alarm-sound.ts';
import type { Api } from './core/api.ts';
import type { SessionKeeper } from './core/session-keeper.ts';
import { useStore } from './core/use-store.ts';
import { PublishPage } from './publish/publish-page.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { useSettings } from './ui/use-settings.ts';
import { WallPage } from './wall/wall-page.tsx';

type AppProps = { api: Api; keeper: SessionKeeper; sound: AlarmSound };

export function App({ api, keeper, sound }: AppProps) {
  const settings = useSettings(api);
  const { session, endedBy } = useStore(keeper.state);
  return (
    <Routes>
      <Route
        path="/"
        element={
          session === null ? (
            <Navigate to="/sign-in" replace />
          ) : (
            // A wall belongs to one user: another one's begins anew.
            <WallPage
              key={session.user.id}
              keeper={keeper}
              session={session}
              sound={sound}
              settings={settings}
            />
          )
        }
      />
      <Route
        path="/sign-in"
        element={
          session === null ? (
            <SignInPage keeper={keeper} endedBy={endedBy} sound={sound} settings={settings} />
          ) : (
            <Navigate to="/" replace />
          )
        }
      />
      <Route path="/publish" element={<PublishPage settings={settings} />} />
      <Route path="*" element={<Navigate to="/" replace />} />
    </Routes>
  );
}
