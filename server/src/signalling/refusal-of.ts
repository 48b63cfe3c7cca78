import { HavenError, type ErrorCode } from '@haven/protocol';

/** The code with which a check refuses, if it does. */
export function refusalOf(check: () => void): ErrorCode | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof HavenError) return error.code;
    throw error;
  }
}

/**
 * Whether the caller may hear alarms only: the session is locked, and nothing else stands against what was asked.
 * @throws HavenError any other refusal
 */
export function isOnlyLocked(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof HavenError && error.code === 'SESSION_LOCKED') return true;
    throw error;
  }
}
