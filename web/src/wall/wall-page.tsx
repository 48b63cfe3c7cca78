import { roomIdSchema, type PublicSettings, type Session } from '@haven/protocol';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { z } from 'zod';
import type { AlarmSound } from '../core/alarm-sound.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import type { Wall } from '../core/wall.ts';
import { useSignedIn } from '../session/signed-in.ts';
import { FoldedMenu } from '../ui/folded-menu.tsx';
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
  const [{ wall, talk, open }] = useState(() => composeWall(keeper, sound));
  useEffect(() => open(), [open]);
  useRoomOfEmergency(wall);
  const [patientId, openPatient] = useOpenPatient();
  const { request, status } = useSignedIn();
  return (
    <WallView
      wall={wall}
      sound={sound}
      talk={talk}
      settings={settings}
      userName={session.user.displayName}
      rights={status?.actions ?? null}
      request={request}
      patientId={patientId}
      onPatient={openPatient}
      // Signed out is signed out here, whether or not the server hears of it.
      menu={<FoldedMenu />}
      onSignOut={() => void keeper.signOut().catch(() => undefined)}
    />
  );
}

const enteredSchema = z.object({ roomId: roomIdSchema });

/** Joins the room that emergency access was just given to. */
function useRoomOfEmergency(wall: Wall): void {
  const entered = enteredSchema.safeParse(useLocation().state);
  const roomId = entered.success ? entered.data.roomId : null;
  useEffect(() => {
    if (roomId !== null) wall.joinRoom(roomId);
  }, [wall, roomId]);
}
