import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { MAX_MESSAGE_BYTES, type ErrorCode } from '@haven/protocol';
import { Server, type DefaultEventsMap } from 'socket.io';
import type { Admission } from '../admission/admission.ts';
import { ANONYMOUS } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import { clientAddress } from '../http/client-address.ts';
import { originAllowed } from '../http/origin.ts';

/** A dead peer is found within 9 s: before a device's stream or a worker's assignment is missed for long. */
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 4_000;
/** A connection must enter a namespace within this time. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Close code of RFC 6455 for a message that is too big: what the client sees of it. */
const TOO_BIG = 'Max payload size exceeded';

export type IoOptions = {
  httpServer: HttpServer;
  config: Config;
  admission: Admission;
  audit: AuditTrail;
};

/** Each namespace states the types of its own events and of its sockets' data. */
export type Io = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, never>;

/** The Socket.IO server, with what is refused before anybody says who they are. */
export function createIo({ httpServer, config, admission, audit }: IoOptions): Io {
  const addressOf = (request: IncomingMessage) => clientAddress(request, config.trustedProxies);
  const refuse = (request: IncomingMessage, code: ErrorCode): ErrorCode => {
    audit.refused({ name: ANONYMOUS, address: addressOf(request) }, 'connect', 'server', code);
    return code;
  };
  const io: Io = new Server(httpServer, {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // Messages are small and many: compression would cost more than it saves.
    perMessageDeflate: false,
    httpCompression: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    cors: { origin: config.allowedOrigins },
    allowRequest: (request, decide) => {
      if (!originAllowed(request, config.allowedOrigins)) {
        decide(refuse(request, 'ORIGIN_REFUSED'), false);
      } else if (isNewConnection(request) && !admission.addresses.mayConnect(addressOf(request))) {
        decide(refuse(request, 'RATE_LIMITED'), false);
      } else {
        decide(null, true);
      }
    },
  });
  io.engine.on('connection', (connection: EngineConnection) => {
    // Socket.IO reads it from here for each handshake, and knows no proxies.
    connection.remoteAddress = addressOf(connection.request);
    const disconnected = admission.addresses.connected(connection.remoteAddress);
    connection.on('close', (_reason: string, cause: unknown) => {
      disconnected();
      if (!isTooBig(cause)) return;
      const actor = { name: ANONYMOUS, address: connection.remoteAddress };
      audit.refused(actor, 'message', 'server', 'MESSAGE_TOO_LARGE');
    });
  });
  return io;
}

type EngineConnection = {
  remoteAddress: string;
  readonly request: IncomingMessage;
  on(event: 'close', listener: (reason: string, cause: unknown) => void): unknown;
};

/** Long polling repeats the session's id in each of its requests. */
function isNewConnection(request: IncomingMessage): boolean {
  return !new URL(request.url ?? '/', 'http://localhost').searchParams.has('sid');
}

function isTooBig(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return cause.message.includes(TOO_BIG) || isTooBig(cause.cause) || isTooBig(descriptionOf(cause));
}

/** Engine.IO wraps the WebSocket's error. */
function descriptionOf(error: Error): unknown {
  return 'description' in error ? error.description : undefined;
}
