import type { Role } from '@haven/protocol';
import type { Action } from './access.ts';

/** One row of the access matrix. */
export type ActionDefinition = {
  /** What it allows, for docs/access.md. */
  words: string;
  /**
   * `room`: in the rooms that the holder is assigned to; `installation`: everywhere; `machine`: by a device's or a
   * CV worker's token, never by a role.
   */
  scope: 'room' | 'installation' | 'machine';
  roles: readonly Role[];
};

/** The access matrix: the only place that says which role may do what. Row-level security draws the same lines. */
export const ACCESS_MATRIX: Readonly<Record<Action, ActionDefinition>> = {
  'room:watch': {
    words: "Watch a room's pictures and vitals live",
    scope: 'room',
    roles: ['administrator', 'clinician', 'observer'],
  },
  'patient:read': {
    words: 'Read who lies in which bed',
    scope: 'room',
    roles: ['administrator', 'clinician', 'observer', 'device-technician'],
  },
  'vitals:read': {
    words: 'Read stored vitals and trends',
    scope: 'room',
    roles: ['administrator', 'clinician', 'observer'],
  },
  'alert:read': {
    words: 'Read alerts and their history',
    scope: 'room',
    roles: ['administrator', 'clinician', 'observer'],
  },
  'alert:acknowledge': { words: 'Acknowledge an alert', scope: 'room', roles: ['clinician'] },
  'alert:silence': { words: 'Silence an alert for a while', scope: 'room', roles: ['clinician'] },
  'alarm:pause': { words: "Pause a room's sound for a while", scope: 'room', roles: ['clinician'] },
  'limits:read': {
    words: 'Read alert limits',
    scope: 'room',
    roles: ['administrator', 'clinician', 'observer'],
  },
  'limits:change': { words: 'Change alert limits', scope: 'room', roles: ['clinician'] },
  'analysis:change': { words: 'Change what is measured of a patient', scope: 'room', roles: ['clinician'] },
  'privacy:change': { words: "Pause a patient's picture for privacy", scope: 'room', roles: ['clinician'] },
  'talk:start': { words: 'Talk with a patient', scope: 'room', roles: ['clinician'] },
  'user:manage': {
    words: 'Manage users, their roles, rooms and passwords',
    scope: 'installation',
    roles: ['administrator'],
  },
  'room:manage': { words: 'Manage rooms', scope: 'installation', roles: ['administrator'] },
  'patient:manage': {
    words: 'Admit, move and discharge patients',
    scope: 'installation',
    roles: ['administrator'],
  },
  'device:manage': {
    words: 'Manage devices and their tokens',
    scope: 'installation',
    roles: ['administrator', 'device-technician'],
  },
  'cv-key:manage': { words: 'Manage keys of CV workers', scope: 'installation', roles: ['administrator'] },
  'integrity:read': {
    words: 'Read what refers to something that is gone',
    scope: 'installation',
    roles: ['administrator'],
  },
  'operations:manage': {
    words: 'See the load of a server, take it out of service and back',
    scope: 'installation',
    roles: ['administrator'],
  },
  'operations:read': {
    words: 'See how media fare, bed by bed',
    scope: 'installation',
    roles: ['administrator', 'device-technician'],
  },
  'audit:read': {
    words: 'Read, verify and export the audit trail',
    scope: 'installation',
    roles: ['auditor'],
  },
  'break-glass:start': {
    words: 'Enter a room that is not assigned, in an emergency and with a reason',
    scope: 'installation',
    roles: ['clinician'],
  },
  'break-glass:review': {
    words: 'Read, end and review emergency access',
    scope: 'installation',
    roles: ['administrator', 'auditor'],
  },
  'stream:publish': { words: "Publish the device's one patient", scope: 'machine', roles: [] },
  'stream:analyse': { words: 'Analyse the streams that it is given', scope: 'machine', roles: [] },
};

/** What a machine's token allows: a device publishes its one patient, a CV worker analyses what it is given. */
export const DEVICE_ACTIONS: readonly Action[] = ['stream:publish'];
export const CV_WORKER_ACTIONS: readonly Action[] = ['stream:analyse'];

export function allows(roles: Iterable<Role>, action: Action): boolean {
  for (const role of roles) if (ACCESS_MATRIX[action].roles.includes(role)) return true;
  return false;
}
