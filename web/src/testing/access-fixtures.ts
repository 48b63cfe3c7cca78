/** Users, sessions and lines of the audit trail for tests and the gallery. */
import type {
  AuditLine,
  BreakGlass,
  ManagedPatient,
  ManagedUser,
  Session,
  SessionStatus,
} from '@haven/protocol';
import { T0, uuid } from './fixtures.ts';

const MINUTE_MS = 60_000;

export function aSession(change: Partial<Session> = {}): Session {
  return {
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: T0 + 60 * MINUTE_MS,
    user: { id: uuid(7), displayName: 'Nurse Joy', roles: ['clinician'] },
    passwordChangeRequired: false,
    ...change,
  };
}

export function aStatus(change: Partial<SessionStatus> = {}): SessionStatus {
  return {
    user: aSession().user,
    startedAt: T0,
    endsAt: T0 + 12 * 60 * MINUTE_MS,
    locksAt: T0 + 15 * MINUTE_MS,
    locked: false,
    passwordChangeRequired: false,
    secondFactor: 'unavailable',
    actions: ['room:watch', 'break-glass:start'],
    roomIds: ['ward-a'],
    serverTime: T0,
    ...change,
  };
}

/** Every right that opens a page. */
export const EVERY_ACTION = [
  'room:watch',
  'user:manage',
  'room:manage',
  'patient:manage',
  'device:manage',
  'cv-key:manage',
  'integrity:read',
  'operations:read',
  'audit:read',
  'break-glass:review',
];

export function aUser(change: Partial<ManagedUser> = {}): ManagedUser {
  return {
    id: uuid(20),
    email: 'nurse@example.org',
    displayName: 'Nurse Joy',
    roles: ['clinician'],
    roomIds: ['ward-a'],
    disabled: false,
    lockedUntil: null,
    ...change,
  };
}

export function aManagedPatient(change: Partial<ManagedPatient> = {}): ManagedPatient {
  return {
    ...{ id: 'P-101', roomId: 'ward-a', name: 'Anna Berg', bed: '1', analysisMode: 'both' },
    ...{ devices: 1, streaming: null },
    ...change,
  };
}

export function anEmergency(change: Partial<BreakGlass> = {}): BreakGlass {
  return {
    id: uuid(30),
    userId: uuid(7),
    userName: 'Nurse Joy',
    roomId: 'ward-b',
    reason: 'Cardiac arrest team called',
    startedAt: T0,
    endsAt: T0 + 30 * MINUTE_MS,
    endedAt: null,
    review: null,
    ...change,
  };
}

export function aLine(change: Partial<AuditLine> = {}): AuditLine {
  return {
    id: uuid(40),
    at: T0,
    actor: `user:${uuid(7)}`,
    actorName: 'Nurse Joy',
    action: 'alert:acknowledge',
    subject: 'patient:P-101',
    result: 'done',
    code: null,
    reason: null,
    address: '10.1.2.3',
    count: 1,
    day: '2026-11-22',
    node: 'haven-1',
    sequence: 1,
    hash: 'ab'.repeat(32),
    ...change,
  };
}
