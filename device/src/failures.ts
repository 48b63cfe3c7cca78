import type { ErrorCode, HavenError } from '@haven/protocol';

/** Something that whoever starts the agent has to put right first; the message is a sentence for them. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** After these codes trying again changes nothing, unless the server says when: the agent stops and says why. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'PROTOCOL_VERSION',
  'PATIENT_UNKNOWN',
  'PATIENT_HAS_DEVICE',
  'UNSUPPORTED_CODEC',
  'SUPERSEDED',
]);

/** Whether to stop. A server that says how long to wait expects the next device then: it gives the former one up. */
export function isFinal({ code, retryAfterMs }: Pick<HavenError, 'code' | 'retryAfterMs'>): boolean {
  return retryAfterMs === undefined && FINAL.has(code);
}
