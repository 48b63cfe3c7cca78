import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { HavenError, RESUME_WITHIN_MS } from '@haven/protocol';
import { Server, type DefaultEventsMap } from 'socket.io';
import type { Admission } from '../admission/admission.ts';
import { ANONYMOUS } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import { clientAddress, isProxied } from '../http/client-address.ts';
import { originAllowed } from '../http/origin.ts';
import { HandshakeRefusal } from './handshake.ts';
import { boundMessages } from './message-flood.ts';
import { answerRefusal } from './refused-upgrade.ts';
import { ResumeAdapter } from './resume/resume-adapter.ts';

/** A dead peer is found within 9 s: before a device's stream or a worker's assignment is missed for long. */
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 4_000;
/** A connection must enter a namespace within this time. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Close code of RFC 6455 for a message that is too big: what the client sees of it. */
const TOO_BIG = 'Max payload size exceeded';

export type IoOptions = {
  clock: () => number;
  httpServer: HttpServer;
  config: Config;
  admission: Admission;
  audit: AuditTrail;
};

/** Each namespace states the types of its own events and of its sockets' data. */
export type Io = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, never>;

/** The Socket.IO server, with what is refused before anybody says who they are. */
export function createIo({ clock, httpServer, config, admission, audit }: IoOptions): Io {
  const addressOf = (request: IncomingMessage) => clientAddress(request, config.trustedProxies);
  /** In order of cost: nothing is looked up, and nothing kept, of a connection that is refused here. */
  const assertMayConnect = async (request: IncomingMessage): Promise<void> => {
    if (!originAllowed(request, config.allowedOrigins)) throw new HavenError('ORIGIN_REFUSED');
    if (!isNewConnection(request)) return;
    await admission.assertMayConnect(addressOf(request), isProxied(request, config.trustedProxies));
  };
  const io: Io = new Server(httpServer, {
    serveClient: false,
    maxHttpBufferSize: config.limits.messageBytes,
    // Messages are small and many: compression would cost more than it saves.
    perMessageDeflate: false,
    httpCompression: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Who comes back shows its token again: rights may have been taken meanwhile.
    connectionStateRecovery: { maxDisconnectionDuration: RESUME_WITHIN_MS, skipMiddlewares: false },
    adapter: class extends ResumeAdapter {
      constructor(namespace: unknown) {
        super(namespace, clock);
      }
    },
    cors: { origin: config.allowedOrigins },
    allowRequest: (request, decide) => {
      assertMayConnect(request).then(
        () => decide(null, true),
        (error: unknown) => {
          const refusal = error instanceof HavenError ? error : new HavenError('INTERNAL');
          audit.refused({ name: ANONYMOUS, address: addressOf(request) }, 'connect', 'server', refusal.code);
          answerRefusal(request, refusal);
          decide(refusal.code, false);
        },
      );
    },
  });
  // Nobody is asked who they are in the main namespace: it would let anybody hold a connection for ever.
  io.use((_socket, next) => next(new HandshakeRefusal(new HavenError('NOT_FOUND').toWire())));
  io.engine.on('connection', (connection: EngineConnection) => {
    // Socket.IO reads it from here for each handshake, and knows no proxies.
    connection.remoteAddress = addressOf(connection.request);
    const left = [admission.connected(), admission.addresses.connected(connection.remoteAddress)];
    boundMessages(connection, config.limits.messagesPerSecond, () => {
      const actor = { name: ANONYMOUS, address: connection.remoteAddress };
      audit.refused(actor, 'message', 'server', 'RATE_LIMITED');
    });
    connection.on('close', (_reason: string, cause: unknown) => {
      for (const leave of left) leave();
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
  on(event: 'packet', listener: () => void): unknown;
  close(discard: boolean): unknown;
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
