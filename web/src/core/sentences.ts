import { ERRORS, HavenError } from '@haven/protocol';

/** The server cannot be reached at all; no code of the protocol can come from it then. */
export class UnreachableError extends Error {
  constructor(options?: { cause: unknown }) {
    super('Haven does not answer. Check the network, and that Haven is running.', options);
    this.name = 'UnreachableError';
  }
}

/** What a person reads about an error: a sentence that says what to do. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UnreachableError) return error.message;
  if (!(error instanceof HavenError)) return 'Something failed in this page. Reload it.';
  if (error.code === 'RATE_LIMITED' && error.retryAfterMs !== undefined) {
    return `Too many attempts. Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
  }
  return ERRORS[error.code].advice;
}
