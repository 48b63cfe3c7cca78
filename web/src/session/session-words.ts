import type { SessionStatus } from '@haven/protocol';

/** How long before it locks a session says so, ms. */
const WARN_BEFORE_LOCK_MS = 2 * 60_000;
/** How long before its end a session says so, ms: long enough to finish and to sign in anew at a quiet moment. */
const WARN_BEFORE_END_MS = 15 * 60_000;

const clockFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** Time of day, such as `14:05`. */
export function timeOfDay(at: number): string {
  return clockFormat.format(at);
}

/** What is about to become of the session, as a sentence; null while there is nothing to say. */
export function sessionWarning(status: SessionStatus, now: number, onWall: boolean): string | null {
  const { endsAt, locksAt, locked } = status;
  if (!locked && locksAt !== null && locksAt - now <= WARN_BEFORE_LOCK_MS && locksAt < endsAt) {
    return `Nobody has used this screen for a while: it locks at ${timeOfDay(locksAt)}. Move the pointer or press a key to stay.${onWall ? ' Alarms go on either way.' : ''}`;
  }
  if (endsAt - now <= WARN_BEFORE_END_MS) {
    return `This session ends at ${timeOfDay(endsAt)}${onWall ? ', and the alarms on this screen with it' : ''}. Sign out and in again before then.`;
  }
  return null;
}
