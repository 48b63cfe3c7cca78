import { ServerResponse, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { HavenError } from '@haven/protocol';

/**
 * Answers a connection that is refused before it is one with the error's own status, and with when to try again:
 * Engine.IO would say 403 or 400, which tells balancers and people the wrong thing.
 */
export function answerRefusal(request: IncomingMessage, refusal: HavenError): void {
  const body = JSON.stringify({ error: refusal.toWire() });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...(refusal.retryAfterMs === undefined
      ? {}
      : { 'Retry-After': String(Math.ceil(refusal.retryAfterMs / 1000)) }),
    Connection: 'close',
  };
  // Long polling has a response; an upgrade to a WebSocket has nothing but the connection.
  if ('res' in request && request.res instanceof ServerResponse) {
    request.res.writeHead(refusal.status, headers).end(body);
    return;
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`;
  request.socket.end([status, ...lines, '', body].join('\r\n'));
}
