import type { Role } from '@haven/protocol';

/** What is done about alarms and at the bedside, as the access matrix calls it. */
export type AlarmRight =
  | 'alert:acknowledge'
  | 'alert:silence'
  | 'alarm:pause'
  | 'limits:change'
  | 'analysis:change'
  | 'privacy:change'
  | 'talk:start';

/**
 * What to offer; the server decides again when it is done.
 * @param actions what the server says that the user may do now; null while it has not, when the roles must do
 */
export function mayDo(right: AlarmRight, roles: readonly Role[], actions: readonly string[] | null): boolean {
  return actions === null ? roles.includes('clinician') : actions.includes(right);
}
