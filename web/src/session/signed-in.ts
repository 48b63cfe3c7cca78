import type { Session, SessionStatus } from '@haven/protocol';
import { createContext, useContext } from 'react';
import type { SessionKeeper } from '../core/session-keeper.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import type { SessionWatch } from './session-watch.ts';

/** What every page of a signed-in user has at hand. */
export type SignedIn = {
  keeper: SessionKeeper;
  watch: SessionWatch;
  request: SignedInApi;
  session: Session;
  /** What the user may do now; null until the server has told it. */
  status: SessionStatus | null;
  /** Opens the dialogue for emergency access; null for those who may not. */
  askForEmergencyAccess: (() => void) | null;
};

export const SignedInContext = createContext<SignedIn | null>(null);

export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (signedIn === null)
    throw new Error('this page is for signed-in users and stands outside of SessionFrame');
  return signedIn;
}
