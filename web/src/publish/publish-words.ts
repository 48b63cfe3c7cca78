import { HavenError, type ErrorCode, type StreamEndReason } from '@haven/protocol';
import { sentenceOf } from '../core/sentences.ts';

export type PublishState =
  | { kind: 'idle' }
  /** On its way; `error` is why the last attempt failed. */
  | { kind: 'connecting'; error: Error | null }
  | { kind: 'starting' }
  | { kind: 'publishing' }
  /** It does not go on by itself. */
  | { kind: 'ended'; why: string };

/** Refusals that trying again does not change, unless the server says when to. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'FORBIDDEN',
  'INVALID_REQUEST',
  'PATIENT_UNKNOWN',
  'PATIENT_HAS_DEVICE',
  'SUPERSEDED',
  'TOKEN_REVOKED',
  'UNAUTHENTICATED',
  'UNSUPPORTED_CODEC',
]);

export function isFinal(error: unknown): boolean {
  return error instanceof HavenError && error.retryAfterMs === undefined && FINAL.has(error.code);
}

const STOPPED: Readonly<Partial<Record<ErrorCode, string>>> = {
  SUPERSEDED:
    'This device’s token is used elsewhere: another page or device has taken the patient’s stream over.',
  TOKEN_REVOKED: 'An administrator has revoked this device’s token. Ask for a new one.',
  UNAUTHENTICATED: 'Haven does not know this token. Check that it was copied whole.',
  PATIENT_HAS_DEVICE: 'Another device publishes this patient already. Stop it first, then start again.',
  FORBIDDEN: 'This token is for another patient. Check the patient’s id.',
};

/** Why publishing stopped, as a sentence. */
export function whyStopped(error: unknown): string {
  const own = error instanceof HavenError ? STOPPED[error.code] : undefined;
  return own ?? sentenceOf(error);
}

/** Why the server ended the stream for good; null where the device is to publish again. */
export function whyEnded(reason: StreamEndReason): string | null {
  if (reason === 'superseded') return whyStopped(new HavenError('SUPERSEDED'));
  if (reason === 'revoked') return whyStopped(new HavenError('TOKEN_REVOKED'));
  return null;
}

/** @param paused the picture is paused for privacy */
export function publishWords(state: PublishState, paused = false): string {
  switch (state.kind) {
    case 'idle':
      return 'Not publishing.';
    case 'connecting':
      return state.error === null
        ? 'Connecting to Haven …'
        : `Not publishing. ${sentenceOf(state.error)} Trying again …`;
    case 'starting':
      return 'Connected. Setting up the video …';
    case 'publishing':
      return paused
        ? 'Connected. No picture is sent: it is paused for privacy.'
        : 'Publishing: Haven receives this picture.';
    case 'ended':
      return `Stopped. ${state.why}`;
  }
}
