import { HavenError } from '@haven/protocol';
import type { IncomingMessage } from 'node:http';
import type { CorsOptions } from 'cors';
import type { Request, RequestHandler } from 'express';

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

/** How long a browser need not ask again, s. */
const PREFLIGHT_SECONDS = 600;

/**
 * What browsers let pages of the allowed origins do. Credentials of the browser's own are never among it: Haven knows
 * none, a caller shows its token.
 */
export function corsOptions(allowedOrigins: readonly string[]): CorsOptions {
  return {
    origin: [...allowedOrigins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type'],
    exposedHeaders: ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'Content-Disposition'],
    credentials: false,
    maxAge: PREFLIGHT_SECONDS,
  };
}

/** @throws HavenError ORIGIN_REFUSED */
export function checkOrigin(
  allowedOrigins: readonly string[],
  onRefused: (request: Request) => void,
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
