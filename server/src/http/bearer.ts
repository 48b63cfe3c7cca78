import { createHash, timingSafeEqual } from 'node:crypto';
import { HavenError } from '@haven/protocol';
import type { Request } from 'express';

/** @throws HavenError UNAUTHENTICATED when there is no bearer token */
export function bearerToken(request: Request): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
    throw new HavenError('UNAUTHENTICATED', 'This needs a token in the header: Authorization: Bearer …');
  }
  return token;
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
