import type { ErrorCode } from '@haven/protocol';

/** Something that whoever starts the agent has to put right first; the message is a sentence for them. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** After these codes trying again changes nothing: the agent stops and says why. */
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

export function isFinal(code: ErrorCode): boolean {
  return FINAL.has(code);
}
