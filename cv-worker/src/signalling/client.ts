import { EventEmitter } from 'node:events';
import {
  assignmentSchema,
  CV_NAMESPACE,
  cvRequests,
  errorCodeSchema,
  HavenError,
  PROTOCOL_VERSION,
  readReply,
  uuidSchema,
  wireErrorSchema,
  type Assignment,
  type CvRequests,
  type RequestOf,
  type ResponseOf,
} from '@haven/protocol';
import type { Logger } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';

/** Longer than the server's own bound on a request, so that its answer says what went wrong, ms. */
const REQUEST_TIMEOUT_MS = 8000;
/** How soon a lost connection is tried again, and how seldom at most, ms. */
const FIRST_RETRY_MS = 300;
const MAX_RETRY_MS = 3000;
/** After the server ended the session or refused a new one, unless it says when, ms. */
const REFUSED_RETRY_MS = 1000;

const unassignedSchema = z.object({ assignmentId: uuidSchema, epoch: z.number().int() });
const prioritySchema = z.object({ assignmentId: uuidSchema, inAlert: z.boolean() });
const paceSchema = z.object({ reduced: z.boolean() });
const sessionEndedSchema = z.object({ code: errorCodeSchema });

export type CvClientEvents = {
  connected: [];
  /** All assignments are void: the server gives them out anew. */
  disconnected: [];
  assign: [assignment: Assignment];
  unassign: [event: { assignmentId: string; epoch: number }];
  /** Whether the patient has an active alert. */
  priority: [event: { assignmentId: string; inAlert: boolean }];
  /** Whether the server's machine is so busy that fewer pictures are to be analysed. */
  pace: [event: { reduced: boolean }];
  /** The server answered and does not let this worker in; it goes on trying. */
  refused: [error: HavenError];
};

export type CvClientOptions = {
  url: string;
  key: string;
  name: string;
  capacity: number;
  certificateAuthority: string | undefined;
  logger: Logger;
};

/** The worker's connection to the server's `/cv` namespace, which comes back by itself. */
export class CvClient extends EventEmitter<CvClientEvents> {
  readonly #socket: Socket;
  readonly #logger: Logger;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ url, key, name, capacity, certificateAuthority, logger }: CvClientOptions) {
    super();
    this.#logger = logger;
    this.#socket = io(`${url}${CV_NAMESPACE}`, {
      autoConnect: false,
      transports: ['websocket'],
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: MAX_RETRY_MS,
      auth: { protocol: PROTOCOL_VERSION, token: key, worker: { name, capacity } },
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    });
    this.#listen();
  }

  connect(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#socket.disconnect();
  }

  /** @throws HavenError with the server's code, or TIMEOUT when there is no connection or no answer in time */
  readonly request = async <K extends keyof CvRequests>(
    name: K,
    request: RequestOf<CvRequests, K>,
  ): Promise<ResponseOf<CvRequests, K>> => {
    if (!this.#socket.connected) throw new HavenError('TIMEOUT', 'there is no connection to the server');
    let answer: unknown;
    try {
      answer = await this.#socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, request);
    } catch (cause) {
      throw new HavenError('TIMEOUT', `${name} was not answered`, { cause });
    }
    return readReply(cvRequests, name, answer);
  };

  #listen(): void {
    const socket = this.#socket;
    socket.on('connect', () => {
      this.#logger.info('connected to the server');
      this.emit('connected');
    });
    socket.on('disconnect', (reason) => {
      this.#logger.warn({ reason }, 'the connection to the server is lost');
      this.emit('disconnected');
      // Socket.IO does not come back by itself when the server ended the session.
      if (reason === 'io server disconnect') this.#retryLater();
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => this.#failed(error));
    socket.on('session:ended', (event: unknown) => {
      const ended = sessionEndedSchema.safeParse(event);
      if (ended.success) this.#logger.error({ code: ended.data.code }, 'the server ended the session');
    });
    socket.on('assign', (event: unknown) => {
      const assignment = assignmentSchema.safeParse(event);
      if (assignment.success) this.emit('assign', assignment.data);
      else this.#logger.error('an assignment is malformed');
    });
    socket.on('unassign', (event: unknown) => {
      const unassigned = unassignedSchema.safeParse(event);
      if (unassigned.success) this.emit('unassign', unassigned.data);
    });
    socket.on('assignment:priority', (event: unknown) => {
      const priority = prioritySchema.safeParse(event);
      if (priority.success) this.emit('priority', priority.data);
    });
    socket.on('analysis:pace', (event: unknown) => {
      const pace = paceSchema.safeParse(event);
      if (pace.success) this.emit('pace', pace.data);
    });
  }

  #failed(error: Error & { data?: unknown }): void {
    const refusal = wireErrorSchema.safeParse(error.data);
    if (refusal.success) {
      this.emit('refused', HavenError.fromWire(refusal.data));
      this.#retryLater(refusal.data.retryAfterMs);
    } else {
      this.#logger.debug({ reason: error.message }, 'the server cannot be reached');
    }
  }

  #retryLater(afterMs = REFUSED_RETRY_MS): void {
    if (this.#closed) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#socket.connect(), afterMs);
  }
}
