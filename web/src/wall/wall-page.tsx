import type { PublicSettings, Session } from '@haven/protocol';
import { useEffect, useState } from 'react';
import type { AlarmSound } from '../core/alarm-sound.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { composeWall } from './open-wall.ts';
import { useOpenPatient } from './use-open-patient.ts';
import { WallView } from './wall-view.tsx';

type WallPageProps = {
  keeper: SessionKeeper;
  session: Session;
  sound: AlarmSound;
  settings: PublicSettings | null;
};

export function WallPage({ keeper, session, sound, settings }: WallPageProps) {
  const [{ wall, open }] = useState(() => composeWall(keeper, sound));
  useEffect(() => open(), [open]);
  const [, openPatient] = useOpenPatient();
  return (
    <WallView
      wall={wall}
      sound={sound}
      settings={settings}
      userName={session.user.displayName}
      rights={null}
      onPatient={openPatient}
      // Signed out is signed out here, whether or not the server hears of it.
      onSignOut={() => void keeper.signOut().catch(() => undefined)}
    />
  );
}
