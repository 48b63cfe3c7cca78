import { Navigate, Route, Routes } from 'react-router';
import type { AlarmSound } from './core/alarm-sound.ts';
import type { Api } from './core/api.ts';
import type { SessionKeeper } from './core/session-keeper.ts';
import { useStore } from './core/use-store.ts';
import { PublishPage } from './publish/publish-page.tsx';
import { SessionFrame } from './session/session-frame.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { SignedInPages } from './signed-in-pages.tsx';
import { useSettings } from './ui/use-settings.ts';

type AppProps = { api: Api; keeper: SessionKeeper; sound: AlarmSound };

export function App({ api, keeper, sound }: AppProps) {
  const settings = useSettings(api);
  const { session, endedBy } = useStore(keeper.state);
  return (
    <Routes>
      <Route path="/publish" element={<PublishPage settings={settings} />} />
      {session === null ? (
        <>
          <Route
            path="/sign-in"
            element={<SignInPage keeper={keeper} endedBy={endedBy} sound={sound} settings={settings} />}
          />
          <Route path="*" element={<Navigate to="/sign-in" replace />} />
        </>
      ) : (
        <Route
          path="*"
          element={
            // A wall, a form half filled in: what belongs to one user begins anew for another one.
            <SessionFrame key={session.user.id} api={api} keeper={keeper} session={session}>
              <SignedInPages sound={sound} settings={settings} />
            </SessionFrame>
          }
        />
      )}
    </Routes>
  );
}
