import type { Role, SessionStatus } from '@haven/protocol';

export const WALL_PATH = '/';

/** A page of Haven and the right, as in docs/access.md, that opens it; `null` for everybody who is signed in. */
export type PageEntry = { path: PagePath; name: string; action: string | null };

/** Every page in the order of the menu. */
export const PAGES = [
  { path: WALL_PATH, name: 'Wall', action: 'room:watch' },
  { path: '/admin/users', name: 'Users', action: 'user:manage' },
  { path: '/admin/rooms', name: 'Rooms', action: 'room:manage' },
  { path: '/admin/patients', name: 'Patients', action: 'patient:manage' },
  { path: '/admin/devices', name: 'Devices', action: 'device:manage' },
  { path: '/admin/keys', name: 'Keys', action: 'cv-key:manage' },
  { path: '/admin/emergency-access', name: 'Emergency access', action: 'break-glass:review' },
  { path: '/admin/integrity', name: 'Integrity', action: 'integrity:read' },
  { path: '/admin/streams', name: 'Streams', action: 'operations:read' },
  { path: '/audit', name: 'Audit', action: 'audit:read' },
  { path: '/account', name: 'Account', action: null },
] as const satisfies readonly { path: string; name: string; action: string | null }[];
export type PagePath = (typeof PAGES)[number]['path'];

/** The pages that the user may open now; none but their own account before the server has told it. */
export function pagesFor(status: SessionStatus | null): readonly PageEntry[] {
  return PAGES.filter(({ action }) => action === null || status?.actions.includes(action));
}

/** Where people go after signing in: those who care for patients to the wall, others to their work. */
export function homeOf(roles: readonly Role[]): PagePath {
  if (roles.includes('clinician') || roles.includes('observer')) return WALL_PATH;
  if (roles.includes('administrator')) return '/admin/users';
  if (roles.includes('device-technician')) return '/admin/devices';
  return roles.includes('auditor') ? '/audit' : '/account';
}

const WATCHING: readonly Role[] = ['administrator', 'clinician', 'observer'];

/** Whether the wall is shown: by the roles at sign-in until the server has told the rights, so that it never waits. */
export function mayWatch(roles: readonly Role[], status: SessionStatus | null): boolean {
  if (status !== null) return status.actions.includes('room:watch');
  return roles.some((role) => WATCHING.includes(role));
}
