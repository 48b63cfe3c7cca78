import type { Role } from '@haven/protocol';
import type { Action } from './access.ts';

/** What each role allows, in the rooms that its holder is assigned to. Row-level security draws the same lines. */
export const ROLE_ACTIONS: Readonly<Record<Role, readonly Action[]>> = {
  administrator: ['room:watch', 'patient:read', 'vitals:read', 'alert:read'],
  clinician: ['room:watch', 'patient:read', 'vitals:read', 'alert:read', 'alert:acknowledge'],
  observer: ['room:watch', 'patient:read', 'vitals:read', 'alert:read'],
  'device-technician': ['patient:read'],
  /** Reads the audit trail only. */
  auditor: [],
};

/** What a machine's token allows: a device publishes its one patient, a CV worker analyses what it is given. */
export const DEVICE_ACTIONS: readonly Action[] = ['stream:publish'];
export const CV_WORKER_ACTIONS: readonly Action[] = ['stream:analyse'];

export function allows(roles: Iterable<Role>, action: Action): boolean {
  for (const role of roles) if (ROLE_ACTIONS[role].includes(action)) return true;
  return false;
}
