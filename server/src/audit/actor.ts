import type { Principal } from '../access/access.ts';

/** Who does something, and the network address it comes from. */
export type Actor = { name: string; address: string };

export const ANONYMOUS = 'anonymous';
/** The server itself: rules, time, housekeeping. */
export const SYSTEM: Actor = { name: 'system', address: 'local' };

export function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return `user:${principal.userId}`;
    case 'device':
      return `device:${principal.deviceId}`;
    case 'cv-worker':
      return `cv-worker:${principal.keyId}`;
  }
}
