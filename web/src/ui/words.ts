import type { Role } from '@haven/protocol';

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  administrator: 'Administrator',
  clinician: 'Clinician',
  observer: 'Observer',
  'device-technician': 'Device technician',
  auditor: 'Auditor',
};

const dateFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Such as `22 Nov 2026, 14:05`. */
export function dateAndTime(at: number): string {
  return dateFormat.format(at);
}
