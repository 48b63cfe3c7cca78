import { HavenError } from '@haven/protocol';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

/**
 * Whether a request may come from the web page that sent it: one of Haven's own (same host and port as it was asked
 * at) or of an allowed origin. Programs send no Origin and are judged by their token alone.
 */
export function originAllowed(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** @throws HavenError ORIGIN_REFUSED */
export function checkOrigin(
  allowedOrigins: readonly string[],
  onRefused: (request: IncomingMessage) => void,
): RequestHandler {
  return (request, _response, next) => {
    if (originAllowed(request, allowedOrigins)) {
      next();
      return;
    }
    onRefused(request);
    throw new HavenError('ORIGIN_REFUSED');
  };
}
